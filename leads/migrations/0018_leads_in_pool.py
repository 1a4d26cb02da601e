from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0017_wider_counts_index")]

    operations = [
        AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["tenant", "status", "-updated_at", "-id"],
                condition=models.Q(("deleted_at", None), ("owner", None), ("team", None)),
                name="lead_in_pool",
            ),
        ),
    ]
