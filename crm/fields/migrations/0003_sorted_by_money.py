from django.db import migrations, models

from crm.tenants.indexing import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("fields", "0002_plain_letters")]

    operations = [
        AddIndex(
            model_name="customvalue",
            index=models.Index(
                fields=["tenant", "field", "v_text", "v_int", "record_id"],
                condition=models.Q(("v_int__isnull", False), ("v_text__isnull", False)),
                name="custom_money",
            ),
        ),
    ]
