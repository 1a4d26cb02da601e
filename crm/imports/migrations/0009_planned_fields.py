from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0008_added_more")]

    operations = [
        migrations.AddField(model_name="import", name="planned", field=models.JSONField(default=dict)),
        migrations.AddField(model_name="import", name="emptied_count", field=models.PositiveIntegerField(default=0)),
    ]
