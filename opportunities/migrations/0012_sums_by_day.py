from django.db import migrations, models

from crm.tenants.indexing import AddIndex, RemoveIndex


def _by_day(field: str, name: str) -> models.Index:
    return models.Index(
        fields=["tenant", field, "id"],
        include=("stage", "currency", "amount_minor", "owner", "team"),
        condition=models.Q(("deleted_at", None)),
        name=name,
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("opportunities", "0011_open_of_owner")]

    operations = [
        AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["tenant", "stage", "expected_close_on"],
                include=(
                    "currency",
                    "amount_minor",
                    "probability",
                    "owner",
                    "team",
                    "account",
                    "opened_on",
                    "closed_on",
                    "loss_reason",
                ),
                condition=models.Q(("deleted_at", None)),
                name="opportunity_sums",
            ),
        ),
        AddIndex(model_name="opportunity", index=_by_day("closed_on", "opportunity_closed")),
        AddIndex(model_name="opportunity", index=_by_day("opened_on", "opportunity_opened")),
        RemoveIndex(model_name="opportunity", name="opportunity_totals"),
        RemoveIndex(model_name="opportunity", name="opportunity_by_closed"),
        RemoveIndex(model_name="opportunity", name="opportunity_by_opened"),
    ]
