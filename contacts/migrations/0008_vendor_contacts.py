from django.db import migrations

# What the shipped entry says it is; one that was renamed, or made by the workspace, stays as it is.
MEANING = """
UPDATE picklists_choice SET meaning = 'vendor'
 WHERE picklist = 'relationship' AND label = 'Vendor contact' AND meaning = 'other'
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0007_vendor"), ("picklists", "0001_initial")]

    operations = [migrations.RunSQL(MEANING, migrations.RunSQL.noop)]
