from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("users", "0005_address_keys")]

    operations = [
        migrations.AddField(
            model_name="role",
            name="fields",
            field=models.JSONField(db_default={}, default=dict),
        ),
    ]
