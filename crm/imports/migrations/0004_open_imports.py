from django.db import migrations

# Files are kept in another form from the next migration on. Of imports that are over nothing is lost but the file.
END_OPEN_IMPORTS = """
    UPDATE imports_import
       SET state = 'failed', finished_at = now(), problem = 'Angler was updated meanwhile.'
     WHERE state IN ('uploaded', 'queued', 'running');
    DELETE FROM imports_importfile;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0003_links_and_remarks'),
    ]

    operations = [migrations.RunSQL(END_OPEN_IMPORTS, migrations.RunSQL.noop)]
