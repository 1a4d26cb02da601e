"""What a row counted as is found by its record, in a table that may hold millions: built while others write."""

from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("imports", "0012_folded")]

    operations = [
        AddIndex(
            model_name="importrow",
            index=models.Index(fields=["tenant", "job", "record_id"], name="import_row_by_record"),
        ),
    ]
