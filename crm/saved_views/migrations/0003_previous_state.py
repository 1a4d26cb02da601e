from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("saved_views", "0002_savedview_deleted_at")]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="previous",
            field=models.JSONField(null=True),
        ),
    ]
