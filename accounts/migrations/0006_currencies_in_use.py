from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_company_keys")]

    operations = [
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("currency", ""), _negated=True),
                fields=["tenant", "currency"],
                name="account_currency",
            ),
        ),
    ]
