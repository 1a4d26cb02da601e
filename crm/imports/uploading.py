"""The first step of an import: a file comes, and is read; then perhaps read again in another way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from crm.catalogue.types import RecordType
from crm.imports.guessing import guess_mapping, header_key, is_known
from crm.imports.keeping import refuse_too_many, refuse_too_much
from crm.imports.mappable import OWN_ID
from crm.imports.meant import holds_own_ids
from crm.imports.models import Import
from crm.imports.reading.cells import HIDDEN, MERGED, SHORTENED
from crm.imports.reading.files import Format, changed_format, find_format, read_file
from crm.imports.reading.header import LOOKED_AT, NONE, find_header
from crm.imports.reading.quotes import MARK
from crm.imports.remembered import COLUMNS, READING, earlier_import, read_as_then, refused_by, remember
from crm.imports.services import take_to_be_set
from crm.imports.storing import (
    SHOWN,
    FileReading,
    Odd,
    digest_of,
    keep_file,
    keep_rows,
    look_through,
    read_rows,
    write_file,
)
from crm.users.models import Membership


@transaction.atomic
def upload_import(*, actor: Membership, record_type: RecordType, file_name: str, content: bytes | Path) -> Import:
    """Keep the file and guess what its columns are; raise ``ValidationError`` when it is no table."""
    with _one_at_a_time(actor), _as_path(content) as path:
        how = find_format(path, file_name)
        refuse_too_many(actor)
        refuse_too_much(path.stat().st_size)
        run = Import.objects.create(
            record_type=record_type.key,
            file_name=file_name[:255],
            digest=digest_of(path),
            made_by=actor,
        )
        keep_file(run, path)
        before = earlier_import(run)
        is_read_as_then = _read_as_then(run, record_type, path, how, before)
    remember(run, record_type, before or refused_by(run), is_read_as_then=is_read_as_then)
    return run


QUOTES = "quotes"  # marks that do not fit


def _read_as_then(run: Import, record_type: RecordType, path: Path, how: Format, before: Import | None) -> bool:
    """Read the file as it was ``before``; True when somebody had said how."""
    then = FileReading.of(before) if before is not None and before.reading else None
    wanted = read_as_then(path, how, then) if then is not None else how
    _read(run, record_type, path, wanted)
    found = FileReading.of(run)
    is_other = then is not None and then.header != found.header and _can_name(found, then.header)
    if then is not None and is_other:
        _set_header(run, record_type, replace(found, header=then.header))
    return wanted != how or is_other


@transaction.atomic
def read_again(
    *, run: Import, record_type: RecordType, actor: Membership, encoding: str, separator: str, sheet: str, header: int
) -> None:
    """Read the file in another way, or with another row as the names of its columns; those are guessed anew."""
    run = take_to_be_set(run)
    found = FileReading.of(run)
    chosen = found.header
    with _one_at_a_time(actor), TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        before = found.format
        if (encoding, separator, sheet) != (before.encoding, before.separator, before.sheet):
            write_file(run, path)
            how = changed_format(path, before, encoding=encoding, separator=separator, sheet=sheet)
            _read(run, record_type, path, how)
            found = FileReading.of(run)
        is_kept = (separator, sheet) == (before.separator, before.sheet) or header != chosen
        if not is_kept or header == found.header:
            return
        if _can_name(found, header):
            _set_header(run, record_type, replace(found, header=header))
        else:
            raise ValidationError(_("Choose one of the first rows."))


@transaction.atomic
def choose_encoding(*, run: Import, record_type: RecordType, actor: Membership, encoding: str) -> bool:
    """Keep which of the likely encodings the file is in; True when it was read again for that. Columns that are called
    as before keep their fields."""
    before = take_to_be_set(run)
    how = FileReading.of(before).format
    if encoding not in {one["encoding"] for one in how.likely}:
        return False
    is_other = encoding != how.encoding
    if is_other:
        header = FileReading.of(before).header
        read_again(
            run=run,
            record_type=record_type,
            actor=actor,
            encoding=encoding,
            separator=how.separator,
            sheet=how.sheet,
            header=header,
        )
    elif not how.is_chosen:
        found = FileReading.of(before)
        before.reading = replace(found, format=replace(how, is_chosen=True)).as_json()
        before.save(update_fields=["reading"])
    run.refresh_from_db()
    if is_other and run.headers == before.headers:
        run.mapping = before.mapping
        run.save(update_fields=["mapping"])
    return is_other


def _can_name(found: FileReading, header: int) -> bool:
    """Whether the row can be said to name the columns."""
    return header in (NONE, *(number for number, _cells in found.top))


def _read(run: Import, record_type: RecordType, path: Path, how: Format) -> None:
    found: dict[str, Odd] = dict.fromkeys((QUOTES, HIDDEN, MERGED, SHORTENED), Odd())

    def notice(number: int, cells: list[str]) -> None:
        odd = next((cell for cell in cells if MARK in cell), " | ".join(cells))
        found[QUOTES] = found[QUOTES].and_row(number, odd[:SHOWN])

    def note(what: str, number: int) -> None:
        found[what] = found[what].and_row(number)

    top = keep_rows(run, read_file(path, how, notice, note))
    header = find_header(top, is_known(record_type))
    _set_header(
        run,
        record_type,
        FileReading(
            how,
            header,
            top=top,
            quotes=found[QUOTES],
            hidden=found[HIDDEN],
            merged=found[MERGED],
            shortened=found[SHORTENED],
        ),
    )


def _set_header(run: Import, record_type: RecordType, found: FileReading) -> None:
    reading, headers, rows = look_through(run, found)
    if not headers:
        raise ValidationError(_("The file is empty."))
    if not rows and len(found.format.sheets) < 2:  # of several sheets another one can be chosen
        raise ValidationError(_("There is no row below the header."))
    run.reading, run.headers, run.total = reading.as_json(), headers, rows
    run.mapping = _with_own_id(run, record_type, guess_mapping(record_type, headers))
    run.remembered = [part for part in run.remembered if part not in (COLUMNS, READING)]
    run.save(update_fields=["reading", "headers", "total", "mapping", "remembered"])


def _with_own_id(run: Import, record_type: RecordType, mapping: list[str]) -> list[str]:
    """``mapping`` with the column of an export that has the ids of the records here; other systems have ids too."""
    at = next((index for index, header in enumerate(run.headers) if header_key(header) == OWN_ID), None)
    if at is None or not holds_own_ids(record_type, [row[at] for row in islice(read_rows(run), LOOKED_AT)]):
        return mapping
    return [OWN_ID if index == at else name for index, name in enumerate(mapping)]


@contextmanager
def _one_at_a_time(actor: Membership) -> Iterator[None]:
    """Refuse while another file of the same person is being read: reading takes a processor for a while."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [f"import of {actor.pk}"])
        if not cursor.fetchone()[0]:
            raise ValidationError(_("Another file of yours is being read. Choose this one again in a moment."))
    yield


@contextmanager
def _as_path(content: bytes | Path) -> Iterator[Path]:
    if isinstance(content, Path):
        yield content
        return
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        yield path
