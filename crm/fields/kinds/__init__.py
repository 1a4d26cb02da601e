"""The kinds of field."""

from crm.fields.kinds.choice import ChoiceOf, Fixed, Flag, Person, StageOf, TeamOf
from crm.fields.kinds.linked import OfLinked
from crm.fields.kinds.lookup import Lookup
from crm.fields.kinds.number import MoneyKind as Money
from crm.fields.kinds.number import Number, Percent, Year
from crm.fields.kinds.tags import Tags
from crm.fields.kinds.text import Company, Email, LongText, Phone, Text, Url
from crm.fields.kinds.time import Date, DateTime

__all__ = [
    "ChoiceOf",
    "Company",
    "Date",
    "DateTime",
    "Email",
    "Fixed",
    "Flag",
    "LongText",
    "Lookup",
    "Money",
    "Number",
    "OfLinked",
    "Percent",
    "Person",
    "Phone",
    "StageOf",
    "Tags",
    "TeamOf",
    "Text",
    "Url",
    "Year",
]
