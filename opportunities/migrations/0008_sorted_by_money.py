from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("opportunities", "0007_unknown_days")]

    operations = [
        migrations.RemoveIndex(model_name="opportunity", name="opportunity_by_amount"),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(fields=["tenant", "currency", "amount_minor", "id"], name="opportunity_by_money"),
        ),
        migrations.AddIndex(
            model_name="opportunity",
            index=models.Index(
                fields=["tenant", "id"], condition=models.Q(("amount_minor", None)), name="opportunity_without_amount"
            ),
        ),
    ]
