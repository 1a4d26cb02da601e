from django.db import migrations, models

from crm.tenants.indexing import AddIndex, RemoveIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opportunities", "0007_unknown_days")]

    operations = [
        AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["tenant", "currency", "amount_minor", "id"], name="opportunity_by_money"),
        ),
        AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["tenant", "id"], condition=models.Q(("amount_minor", None)), name="opportunity_without_amount"
            ),
        ),
        RemoveIndex(model_name="opportunity", name="opportunity_by_amount"),
    ]
