from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0004_last_activity")]

    operations = [
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["tenant", "opened_on", "id"], name="opportunity_by_opened"),
        ),
    ]
