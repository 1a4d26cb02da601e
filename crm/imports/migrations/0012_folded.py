"""Rows of one record count as one."""

from __future__ import annotations

from django.db import migrations, models

OUTCOMES = [
    ("created", "Created"),
    ("updated", "Changed"),
    ("unchanged", "The same already"),
    ("folded", "Same record again"),
    ("skipped", "Skipped"),
    ("refused", "Refused"),
]


class Migration(migrations.Migration):
    dependencies = [("imports", "0011_remembered")]

    operations = [
        migrations.AddField(model_name="import", name="folded_count", field=models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField(model_name="import", name="named_otherwise", field=models.JSONField(db_default={}, default=dict)),
        migrations.AlterField(
            model_name="importrow", name="outcome", field=models.CharField(choices=OUTCOMES, max_length=10)
        ),
    ]
