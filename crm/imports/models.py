"""Imports: a file, how its columns are read, how far it has come, and the rows that were refused."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.runs.models import Run, RunState
from crm.tenants.models import TenantForeignKey, TenantModel

UPLOADED = "uploaded"  # the state of an import before it is a run: its columns are to be set
NOTES = "+notes"  # in ``Import.mapping``, of any number of columns: added to the description


class Existing(models.TextChoices):
    """What becomes of a row that is about a record which exists, or about the same one as an earlier row."""

    UPDATE = "update", _("Update them")
    SKIP = "skip", _("Leave them as they are: skip the row")
    CREATE = "create", _("Make another one anyway")


class Outcome(models.TextChoices):
    """What becomes of a row."""

    CREATED = "created", _("Created")
    UPDATED = "updated", _("Changed")
    UNCHANGED = "unchanged", _("The same already")
    FOLDED = "folded", _("Same record again")
    SKIPPED = "skipped", _("Skipped")
    REFUSED = "refused", _("Refused")


class Import(Run):
    """One file on its way in.

    ``reading`` is how the file is read: see ``storing.FileReading``. ``headers`` are its columns' names ("" for those
    that have none), ``mapping`` names a field for each column ("" = left out). ``fixed`` gives values for all rows, by
    field, as text; a row's own cell goes before. ``answers`` say by field what words mean that name nothing here
    (``answers.py``), ``styles`` how its numbers and dates are written (``styles.py``). ``survey`` remembers what stands
    in the columns. ``added`` are names of what came, or would come, into being beside the records, ``added_more``
    how many there are beyond those. A dry run
    goes through all rows and writes nothing but what would become of each (``ImportRow``), the counts and refusals.
    """

    file_name = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, default="")  # SHA-256 of the file: the same file is known again
    reading = models.JSONField(default=dict)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    fixed = models.JSONField(default=dict)
    styles = models.JSONField(default=dict)
    answers = models.JSONField(default=dict)
    existing = models.CharField(max_length=10, choices=Existing.choices, default=Existing.UPDATE)
    clear_empty = models.BooleanField(default=False)  # an empty cell takes away what a record that exists has there
    survey = models.JSONField(default=dict)
    added = models.JSONField(default=dict)
    added_more = models.JSONField(default=dict)
    # What a dry run found to follow for other records: ``afterwards.py``
    follows = models.JSONField(default=dict, db_default={})
    remembered = models.JSONField(default=list)  # what was filled in of an earlier import: ``remembered.py``
    planned = models.JSONField(default=dict)  # fields to be made of columns: ``planned.py``
    # Rows that name a record otherwise than the first does: ``identity.named_otherwise``
    named_otherwise = models.JSONField(default=dict, db_default={})
    left_out = models.JSONField(default=list)  # columns that hold something, and how many cells of each do
    tried_at = models.DateTimeField(null=True)  # when the dry run began that has been looked at
    state = models.CharField(
        max_length=10, choices=[(UPLOADED, _("Columns to be set")), *RunState.choices], default=UPLOADED
    )
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    # Rows that went into the record of another row
    folded_count = models.PositiveIntegerField(default=0, db_default=0)
    skipped_count = models.PositiveIntegerField(default=0)
    emptied_count = models.PositiveIntegerField(default=0)  # cells that cannot be read and were left out, as was said

    class Meta(Run.Meta):
        indexes = [*Run.Meta.indexes, models.Index(fields=["tenant", "digest"], name="import_by_digest")]


class ImportFile(TenantModel):
    """That an import's file is kept: in the database, where every worker of a workspace finds it."""

    run = TenantForeignKey(Import, db_column="job_id")
    size = models.PositiveIntegerField()  # bytes

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run"], name="import_file_once")]


class FilePiece(TenantModel):
    """A part of a file as it came, to read it again in another way."""

    run = TenantForeignKey(Import, db_column="job_id")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "number"], name="file_piece_once")]


class RowsPiece(TenantModel):
    """Some rows of a file as they were read; ``first`` counts the rows before them."""

    run = TenantForeignKey(Import, db_column="job_id")
    first = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "first"], name="rows_piece_once")]


class DeferredLink(TenantModel):
    """A link to a row further down in the file, to be set when all rows are in; ``cells`` are the row it is from."""

    run = TenantForeignKey(Import, db_column="job_id")
    number = models.PositiveIntegerField()  # in the file, of the row it is from
    cells = models.JSONField()
    record_id = models.UUIDField()
    field = models.CharField(max_length=100)
    text = models.TextField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "number", "field"], name="deferred_once")]


class RefusedRow(TenantModel):
    """A row that was not taken, as it stood in the file, with the reasons; or that was (``came_in``), with remarks.

    ``cells``: a number of a spreadsheet is a list of one text.
    """

    run = TenantForeignKey(Import, db_column="job_id")
    number = models.PositiveIntegerField()  # of the row in the file
    cells = models.JSONField()
    reasons = models.JSONField()
    came_in = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "number"], name="refused_once")]


class ImportRow(TenantModel):
    """What would become of a row, as a dry run found: ``changes`` are ``[label, old, new]`` as the importer reads them,
    ``remarks`` why it is refused, or what to look at before it comes in. Of an import itself only what a row counted
    as, where another batch may have rows of the same record."""

    run = TenantForeignKey(Import, db_column="job_id")
    number = models.PositiveIntegerField()  # of the row in the file
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    name = models.CharField(max_length=300, blank=True)
    record_id = models.UUIDField(null=True)  # of a record that exists
    changes = models.JSONField(default=list)
    remarks = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["tenant", "run", "record_id"], name="import_row_by_record")]
