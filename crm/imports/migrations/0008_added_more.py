from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0007_left_out")]

    operations = [
        migrations.AddField(model_name="import", name="added_more", field=models.JSONField(default=dict)),
    ]
