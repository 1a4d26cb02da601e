from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0009_planned_fields")]

    operations = [migrations.AddField(model_name="import", name="tried_at", field=models.DateTimeField(null=True))]
