from django.db import migrations


class Migration(migrations.Migration):
    """The model is in ``crm.runs`` from now on, with the same table."""

    dependencies = [("tenants", "0004_copy_state"), ("runs", "0001_at_work")]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="AtWork")])]
