from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opportunities", "0010_unknown_last_activity")]

    operations = [
        AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["tenant", "owner", "stage"],
                include=("currency", "amount_minor", "next_step_on", "expected_close_on", "id"),
                condition=models.Q(("deleted_at", None)),
                name="opportunity_of_owner",
            ),
        ),
    ]
