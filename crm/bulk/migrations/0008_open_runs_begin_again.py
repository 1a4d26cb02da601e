from django.db import migrations

OPEN = ("queued", "running")


def begin_again(apps, schema_editor):
    """What was half done before the update is gone through once more: the rows that are done are the same already.

    Undoing went upwards through the ids, and goes downwards now. What a dry run had in mind is kept in another form.
    """
    alias = schema_editor.connection.alias
    runs = apps.get_model("bulk", "BulkRun").objects.using(alias)
    half_done = runs.filter(state__in=OPEN, cursor__isnull=False)
    begun = half_done.exclude(undoes=None) | half_done.filter(is_dry_run=True)
    ids = list(begun.values_list("pk", flat=True))
    for name in ("BulkMemory", "BulkFinding", "BulkOutcome"):
        apps.get_model("bulk", name).objects.using(alias).filter(run_id__in=ids).delete()
    runs.filter(pk__in=ids).update(cursor=None, done_count=0, refused_count=0, doubt_count=0, counts={})


class Migration(migrations.Migration):
    dependencies = [("bulk", "0007_names_of_indexes")]

    operations = [migrations.RunPython(begin_again, migrations.RunPython.noop)]
