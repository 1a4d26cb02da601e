from django.db import migrations, models


class Migration(migrations.Migration):
    """The key of a type is compared as it is, as in all other kinds of runs."""

    dependencies = [("imports", "0014_follows")]

    operations = [
        migrations.AlterField(
            model_name="import",
            name="record_type",
            field=models.CharField(db_collation="C", max_length=30),
        ),
    ]
