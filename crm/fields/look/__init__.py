"""What people see of fields; only pages, forms and the declarations of fields import it."""

from __future__ import annotations

from functools import lru_cache

from crm.fields import kinds
from crm.fields.kinds.choice import OneOf
from crm.fields.kinds.custom import CustomNumber
from crm.fields.look.base import Look
from crm.fields.look.choice import ChoiceLook, FixedLook, FlagLook, OneOfLook, PersonLook, StageLook
from crm.fields.look.lookup import LookupLook
from crm.fields.look.number import MoneyLook, NumberLook, OwnNumberLook, PercentLook
from crm.fields.look.tags import TagsLook
from crm.fields.look.text import EmailLook, LongTextLook, PhoneLook, TextLook, UrlLook
from crm.fields.look.time import DateLook, DateTimeLook
from crm.fields.spec import FieldSpec, Kind

__all__ = ["LOOKS", "Look", "look_of"]

# The look of each kind; one that is not here looks as the kind that it is made from.
LOOKS: dict[type[Kind], type[Look]] = {
    Kind: Look,
    kinds.Text: TextLook,
    kinds.LongText: LongTextLook,
    kinds.Email: EmailLook,
    kinds.Phone: PhoneLook,
    kinds.Url: UrlLook,
    kinds.Number: NumberLook,
    kinds.Percent: PercentLook,
    CustomNumber: OwnNumberLook,
    kinds.Money: MoneyLook,
    kinds.Date: DateLook,
    kinds.DateTime: DateTimeLook,
    kinds.Flag: FlagLook,
    kinds.Fixed: FixedLook,
    OneOf: OneOfLook,
    kinds.ChoiceOf: ChoiceLook,
    kinds.StageOf: StageLook,
    kinds.Person: PersonLook,
    kinds.Lookup: LookupLook,
    kinds.Tags: TagsLook,
}


def look_of(spec: FieldSpec) -> Look:
    """Return the look of a field: ``look_of(spec).html(record)``, ``look_of(spec).form_field(actor)``."""
    look: type[Look] = spec.look or _usual(type(spec.kind))  # type: ignore[arg-type]
    return look(spec)


@lru_cache(maxsize=256)
def _usual(kind: type[Kind]) -> type[Look]:
    return next(LOOKS[one] for one in kind.__mro__ if one in LOOKS)
