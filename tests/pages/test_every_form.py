"""Every form that changes what is there carries what it was drawn with; every one that makes something, a key."""

from __future__ import annotations

from html.parser import HTMLParser

from tests.people import client_of
from tests.permissions.asking import path_of
from tests.permissions.samples import Samples
from tests.permissions.table import ROWS, Row

# Forms that neither overwrite a value nor make a record twice unseen.
NEITHER = frozenset(
    {
        "opportunities:reopening",  # open already: it leads to the record
        "leads:vetting",  # has its own ``seen``: crm/leads/vetting
        "imports:columns", "imports:page",  # one's own file; the same file again is told
        "setup:deletion", "setup:entry_deletion", "setup:field_deletion", "setup:tag_deletion",  # a name to confirm
    }
)  # fmt: skip
GUARDS = ("seen", "idempotency_key", "moved_from", "asked_at")
ASIDE = frozenset({"other_day", "theme"})  # a new day for a task, whatever it was; how one sees the pages oneself
ASKS = frozenset({"text", "email", "tel", "number", "date", "datetime-local", "checkbox", "radio"})


class _Forms(HTMLParser):
    """The POST forms of a page: the names of what they ask, and of what they hide."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[tuple[set[str], set[str]]] = []
        self.is_open = False
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        given = dict(pairs)
        name = given.get("name") or ""
        if tag == "form":
            self.is_open = given.get("method") == "post"
            self.forms += [(set(), set())] if self.is_open else []
        elif self.is_open and name:
            if tag in ("select", "textarea") or (tag == "input" and given.get("type", "text") in ASKS):
                self.forms[-1][0].add(name)
            elif tag == "input":
                self.forms[-1][1].add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.is_open = False


def unguarded(html: str) -> list[str]:
    found = []
    for asked, hidden in _Forms(html).forms:
        guards = {name.rpartition("-")[2] for name in hidden}
        if asked - ASIDE and not guards & set(GUARDS):
            found.append(", ".join(sorted(asked)))
    return found


def makes(row: Row) -> bool:
    return ":new" in row.name or row.name == "setup:invite"


def test_a_form_that_changes_something_says_what_it_was_drawn_with(samples: Samples) -> None:
    sample, found = samples.ours, []
    client = client_of(sample.firm.ada)
    for row in ROWS:
        makes_or_deletes = row.name.endswith(("deletion", "undo")) or makes(row)
        if row.method == "GET" and row.statuses["admin"] == 200 and row.name not in NEITHER and not makes_or_deletes:
            answer = client.get(path_of(row, sample))
            html = "" if answer.streaming else answer.content.decode(errors="replace")
            found += [f"{row}: {names}" for names in unguarded(html)]
    assert found == []


def test_a_form_that_makes_something_carries_a_key(samples: Samples) -> None:
    sample, with_key, without = samples.ours, set(), set()
    client = client_of(sample.firm.ada)
    for row in ROWS:
        if row.method != "GET" or row.statuses["admin"] != 200 or not makes(row) or row.name in NEITHER:
            continue
        asked_for = {"kind": "text"} if row.name == "setup:new_field" else {}
        for asked, hidden in _Forms(client.get(path_of(row, sample), asked_for).content.decode()).forms:
            if asked - ASIDE:
                (with_key if "idempotency_key" in hidden else without).add(row.name)
    assert without == set()
    assert {"leads:new", "setup:new_team", "setup:new_field", "saved_views:new", "setup:invite"} <= with_key
