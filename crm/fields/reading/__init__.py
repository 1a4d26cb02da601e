"""From text to values: numbers, money, dates. ``columns.decide`` says how a whole column of a file is written."""

from crm.fields.reading.amounts import read_amount, write_amount
from crm.fields.reading.columns import Decision, Option, Sample, State, decide, says
from crm.fields.reading.days import has_time, read_day, read_moment, read_only_day
from crm.fields.reading.numbers import NumberText, bounded, read_number, read_percent, read_plain_or_percent, written
from crm.fields.reading.style import DAYS, NUMBERS, PERCENTS, Style, current_style, style_from_json, style_of

__all__ = [
    "DAYS",
    "NUMBERS",
    "PERCENTS",
    "Decision",
    "NumberText",
    "Option",
    "Sample",
    "State",
    "Style",
    "bounded",
    "current_style",
    "decide",
    "has_time",
    "read_amount",
    "read_day",
    "read_moment",
    "read_number",
    "read_only_day",
    "read_percent",
    "read_plain_or_percent",
    "says",
    "style_from_json",
    "style_of",
    "write_amount",
    "written",
]
