"""What exists in a workspace: types of records, and what hangs on to their pages.

``types`` says what a type of record is, ``lookup`` finds it. Record apps declare theirs in ``record.py``.
"""

from crm.catalogue import naming  # noqa: F401  has texts said in the workspace's words
from crm.catalogue.lookup import (
    actions,
    add_action,
    add_bulk_actions,
    add_events_about,
    add_forwarding,
    add_objections,
    add_panel,
    all_actions,
    all_bulk_actions,
    bulk_actions,
    events_about,
    every_type,
    find_type,
    forwarded,
    objection,
    offered,
    panels,
    record_type,
    record_types,
    register,
    row_actions,
    type_of,
    url,
)

__all__ = [
    "actions",
    "add_action",
    "add_bulk_actions",
    "add_events_about",
    "add_forwarding",
    "add_objections",
    "add_panel",
    "all_actions",
    "all_bulk_actions",
    "bulk_actions",
    "events_about",
    "every_type",
    "find_type",
    "forwarded",
    "objection",
    "offered",
    "panels",
    "record_type",
    "record_types",
    "register",
    "row_actions",
    "type_of",
    "url",
]
