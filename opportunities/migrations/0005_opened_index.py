from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opportunities", "0004_last_activity")]

    operations = [
        AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["tenant", "last_activity_at", "id"], name="opportunity_by_activity"),
        ),
        AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["tenant", "opened_on", "id"], name="opportunity_by_opened"),
        ),
    ]
