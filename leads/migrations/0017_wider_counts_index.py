from django.db import migrations, models

from crm.tenants.indexing import AddIndex, RemoveIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0016_changes_move")]

    operations = [
        AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["tenant", "status", "currency"],
                include=("estimated_value_minor", "owner", "team", "source", "rating"),
                condition=models.Q(("deleted_at", None)),
                name="lead_counts",
            ),
        ),
        RemoveIndex(model_name="lead", name="lead_totals"),
    ]
