"""Values that are nowhere else, in every field that a role can be kept from; and where they come out."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile, is_zipfile

from accounts.services import set_account_type
from crm import catalogue
from crm.fields import kinds
from crm.fields.custom.services import create_field
from crm.fields.models import FieldKind
from crm.fields.money import Money
from crm.fields.spec import FieldSpec
from crm.fields.tags import ensure_tags
from crm.picklists.selectors import choice_meaning, choices
from crm.picklists.services import create_choice
from crm.users.access import HIDDEN
from opportunities.services import update_opportunity
from tests import make
from tests.permissions.samples import Sample

WORD = "Kanarie"
DAY, YEAR, PERCENT, NUMBER = date(2019, 3, 17), 1907, 41, 73519
MONEY = Money(98_765_432_00, "USD")
# How they may come out, in small letters.
CANARIES = re.compile(
    r"kanarie|55573913|555-7391|98,?765,?432|mar 17, 2019|2019-03-17|73,?519|(?<![\w.-])1907(?![\w-])|(?<![\w.-])41\s?%"
    r"|does not want mails"  # a flag in words
)
KINDS_OF_OWN = [kind for kind in FieldKind.values if kind != FieldKind.PERSON]


def canary(spec: FieldSpec, record: str = "") -> Any:
    """A value of the field that is nowhere else; None: it has none of its own (a person, what is computed)."""
    kind = spec.kind
    if not (spec.on_edit or spec.on_create) or spec.asked_by:
        return None
    if isinstance(kind, kinds.ChoiceOf):
        return next((one for one in choices(kind.picklist) if one.label.startswith(WORD)), None)
    for sort, value in VALUES:
        if isinstance(kind, sort):
            return value
    return f"{WORD} {record} {spec.name}"[: kind.max_length].strip() if isinstance(kind, kinds.Text) else None


# By the control beside which it is no field: the subject of a task in the composer; who plays a part in an opportunity.
MEANT_OTHERWISE = {"next_step": "body", "contact": "role"}
VALUES: tuple[tuple[Any, Any], ...] = (
    (kinds.Email, "kanarie@kanarie.example"),
    (kinds.Phone, "+1 416 555-7391 3"),
    (kinds.Url, "https://kanarie.example"),
    (kinds.Money, MONEY),
    (kinds.Date, DAY),
    (kinds.Flag, True),
    (kinds.Tags, (f"{WORD} tag",)),
    (kinds.Year, YEAR),
    (kinds.Percent, PERCENT),
    (kinds.Number, NUMBER),
)


def plant(sample: Sample) -> None:
    """Give every record of the samples that can be written the values, in two changes: history tells of both."""
    ada = sample.firm.ada
    _make_own_fields(sample)
    for picklist in _picklists():
        create_choice(actor=ada, picklist=picklist, values={"label": f"{WORD} {picklist}"})
    ensure_tags((f"{WORD} tag",))
    for record_type in catalogue.record_types():
        names = (record_type.noun, f"{record_type.noun}_mate", f"{record_type.noun}_west")
        for name in (one for one in names if one in sample.ids):
            planted = {one.name: canary(one, name) for one in record_type.can_be_limited()}
            values = {field: value for field, value in planted.items() if value is not None}
            record = record_type.model.objects.get(pk=sample.ids[name])
            record_type.update(record, actor=ada, values=values)
            record_type.update(record, actor=ada, values={"description": f"{WORD} said again"})
    _close(sample)


def _make_own_fields(sample: Sample) -> None:
    """Of each kind one for each type; what they are called is not told either."""
    for record_type in catalogue.record_types():
        for kind in KINDS_OF_OWN:
            given = {"actor": sample.firm.ada, "record_type": record_type.key, "kind": kind}
            create_field(**given, label=f"{WORD} {kind}", choices=(f"{WORD} one", "Other"))


def _picklists() -> list[str]:
    """The lists of choices of which every field can be limited: their labels stand on no form then."""
    found: dict[str, bool] = {}
    for record_type in catalogue.record_types():
        limitable = {spec.name for spec in record_type.can_be_limited()}
        for spec in record_type.fields:
            if isinstance(spec.kind, kinds.ChoiceOf):
                found[spec.kind.picklist] = found.get(spec.kind.picklist, True) and spec.name in limitable
    return sorted(name for name, can_be in found.items() if can_be)


def _close(sample: Sample) -> None:
    """Two deals have what only closed ones have, and an account is a customer since that day."""
    ana, reason = sample.firm.ana, make.reason("loss_reason", "other")
    lost = make.opportunity(ana, name="Lost one", stage=make.stage("lost"), loss_reason=reason, opened_on=DAY)
    won = make.opportunity(ana, name="Won one", stage=make.stage("won"), opened_on=DAY)
    update_opportunity(lost, actor=ana, values={"closed_on": DAY, "loss_note": f"{WORD} was cheaper"})
    update_opportunity(won, actor=ana, values={"closed_on": DAY})
    customer = make.account(ana, name="Since long")
    set_account_type(account=customer, type=choice_meaning("account_type", "customer"), actor=ana, keep=True)
    sample.keep(deal_closed_lost=lost, deal_closed_won=won, account_kept=customer)


def limits() -> dict[str, dict[str, str]]:
    """All of them, as a role keeps them."""
    types = catalogue.record_types()
    return {one.key: {spec.name: HIDDEN for spec in one.can_be_limited()} for one in types}


def text_of(answer: Any) -> str:
    """All that an answer brings, in small letters: its head, and of a workbook what it holds."""
    content = b"".join(answer)
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as found:
            content = b" ".join(found.read(name) for name in found.namelist())
    return f"{dict(answer.headers)} {content.decode(errors='replace')}".lower()


def told_by(text: str) -> set[str]:
    """The canaries in it, with what stands before them."""
    places = [found.start() for found in CANARIES.finditer(text)]
    return {" ".join(text[max(0, place - 90) : place + 30].split()) for place in places}


def controls_of(text: str, key: str) -> set[str]:
    """The controls of a page that are named as a limited field of the type is, and are not ``MEANT_OTHERWISE``."""
    names = limits()[key].keys() - {name for name, beside in MEANT_OTHERWISE.items() if f'name="{beside}"' in text}
    sent = re.findall(r'<(?:input|select|textarea)\b[^>]*\bname="(?:to-)?([\w-]+)"', text)
    return {name for name in sent if name in names or name.removesuffix("_currency") in names}
