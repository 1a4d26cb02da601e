from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bulk", "0003_asked_at"),
    ]

    operations = [
        migrations.AlterField(model_name="bulkrun", name="back", field=models.TextField(blank=True)),
    ]
