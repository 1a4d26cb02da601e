from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0013_rows_by_record")]

    operations = [
        migrations.AddField(model_name="import", name="follows", field=models.JSONField(db_default={}, default=dict)),
    ]
