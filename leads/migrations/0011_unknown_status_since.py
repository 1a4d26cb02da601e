import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0010_fill_text_keys")]

    operations = [
        migrations.AlterField(
            "lead", "status_since", models.DateTimeField(default=django.utils.timezone.now, null=True)
        ),
    ]
