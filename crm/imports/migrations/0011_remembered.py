"""An import keeps what was filled in of an earlier one of the same file."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("imports", "0010_tried_at")]

    operations = [migrations.AddField(model_name="import", name="remembered", field=models.JSONField(default=list))]
