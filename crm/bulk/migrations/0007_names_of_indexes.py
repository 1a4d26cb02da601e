from django.db import migrations


class Migration(migrations.Migration):
    """They are called as those of every kind of run."""

    dependencies = [("bulk", "0006_outcomes")]

    operations = [
        migrations.RenameIndex(model_name="bulkrun", new_name="bulkrun_by_time", old_name="bulk_by_time"),
        migrations.RenameIndex(model_name="bulkrun", new_name="bulkrun_open", old_name="bulk_open"),
    ]
