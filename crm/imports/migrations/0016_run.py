from django.db import migrations, models
from django.db.models import UniqueConstraint

from crm.tenants.models import TenantForeignKey

ONCE = {
    "importfile": ((), "import_file_once"),
    "filepiece": (("number",), "file_piece_once"),
    "rowspiece": (("first",), "rows_piece_once"),
    "deferredlink": (("number", "field"), "deferred_once"),
    "refusedrow": (("number",), "refused_once"),
    "importrow": (("number",), "import_row_once"),
}


def renamed(model: str) -> list[migrations.operations.base.Operation]:
    more, name = ONCE[model]
    return [
        migrations.RemoveConstraint(model, name),
        migrations.RenameField(model, "job", "run"),
        migrations.AlterField(
            model,
            "run",
            TenantForeignKey(
                db_column="job_id", on_delete=models.deletion.PROTECT, related_name="+", to="imports.import"
            ),
        ),
        migrations.AddConstraint(model, UniqueConstraint(fields=("tenant", "run", *more), name=name)),
    ]


class Migration(migrations.Migration):
    """What belongs to an import names it as its run. The columns stay, and the constraints on them."""

    dependencies = [("imports", "0015_key_collation")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("importrow", "import_row_by_record"),
                *(operation for model in ONCE for operation in renamed(model)),
                migrations.AddIndex(
                    "importrow", models.Index(fields=["tenant", "run", "record_id"], name="import_row_by_record")
                ),
            ]
        )
    ]
