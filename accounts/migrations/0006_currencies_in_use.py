from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0005_company_keys")]

    operations = [
        AddIndex(
            model_name='account',
            index=models.Index(condition=models.Q(('name_key', ''), _negated=True), fields=['tenant', 'name_key'], name='account_name_key'),
        ),
        AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(("currency", ""), _negated=True),
                fields=["tenant", "currency"],
                name="account_currency",
            ),
        ),
    ]
