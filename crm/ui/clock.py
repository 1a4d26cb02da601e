"""Times that a clock shows twice, or never: where it goes back or forward in the night."""

from __future__ import annotations

from datetime import datetime


def is_doubled(moment: datetime) -> bool:
    """Whether its clock shows this time twice that day."""
    return _offset(moment, 0) > _offset(moment, 1)


def is_skipped(moment: datetime) -> bool:
    """Whether its clock never shows this time that day."""
    return _offset(moment, 0) < _offset(moment, 1)


def _offset(moment: datetime, fold: int) -> float:
    offset = moment.replace(fold=fold).utcoffset()
    return offset.total_seconds() if offset is not None else 0
