from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0002_atwork")]

    operations = [
        migrations.AddField(
            model_name="tenant",
            name="state",
            field=models.JSONField(
                blank=True, db_default=models.Value({}, models.JSONField()), default=dict, editable=False
            ),
        )
    ]
