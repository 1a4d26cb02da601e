from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("leads", "0012_unknown_day_of_coming_in")]

    operations = [
        AddIndex(
            model_name="lead",
            index=models.Index(
                fields=["tenant", "-created_at", "-id"],
                condition=models.Q(("came_in_known", False), ("deleted_at", None)),
                name="lead_of_unknown_day",
            ),
        ),
    ]
