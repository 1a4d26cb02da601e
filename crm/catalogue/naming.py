"""What a workspace calls the types of record: "deals" where the product says "opportunities" (R12).

Labels, and every other text, follow by themselves (crm/ui/dialect.py). Keys, addresses, names of events, headers of
files and the API keep the standard names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import unescape
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from crm import events
from crm.catalogue import lookup
from crm.catalogue.events import RENAMED
from crm.catalogue.types import RecordType
from crm.events.models import Event
from crm.events.phrases import actor_name
from crm.ground.text import one_line, sort_key
from crm.ground.writes import service
from crm.preferences.declared import declared
from crm.preferences.pages import SetupPage
from crm.preferences.setting import Setting
from crm.preferences.shipped import ShippedTexts
from crm.tenants.context import NoTenantError, current_tenant
from crm.tenants.memo import forget, memo
from crm.tenants.stored import Kind
from crm.ui import dialect, nav
from crm.ui.seen import Change
from crm.users.models import Membership
from crm.users.settings import WORKSPACE

_MEMO = "catalogue.names"
LONGEST = 40
_REFUSED = frozenset('<>"{}%\x00')
_LETTERS = re.compile(r"[^\W\d_]")
SEVERAL = "_several"  # behind the key of a type: the name of several, among faults and in the form

Names = tuple[str, str]  # of one, of several


class _OfTypes(Kind[dict[str, Names]]):
    """Those types that are not called as usual, by key."""

    def load(self, kept: Any) -> dict[str, Names]:
        names = {str(key): (one, several) for key, (one, several) in kept.items()}
        if not all(_is_name(text) for pair in names.values() for text in pair):
            raise ValueError(kept)
        return names

    def dump(self, value: dict[str, Names]) -> Any:
        return {key: list(names) for key, names in value.items()}

    def __str__(self) -> str:
        return "names by type of record"


NAMES_PAGE = SetupPage(
    WORKSPACE,
    15,
    "setup:names",
    gettext_lazy("Names of records"),
    gettext_lazy("What your records are called, on every page."),
    "case-sensitive",
)
TYPE_NAMES: Setting[dict[str, Names]] = Setting(
    "type_names",
    _OfTypes(),
    {},
    label=gettext_lazy("Names of records"),
    called=gettext_lazy("names of records"),
    page=NAMES_PAGE,
    through="crm.catalogue.naming.rename_types",
)


def standard_names(record_type: RecordType) -> Names:
    """What the product calls records of the type, in the person's language."""
    with dialect.standard():
        return str(record_type.label), str(record_type.label_plural)


def own_names() -> dict[str, Names]:
    """What this workspace calls them, by key: those types only that it has renamed."""
    return TYPE_NAMES.value()


def read_names(names: Mapping[str, Names]) -> dict[str, Names]:
    """``names`` as they are kept: those that are not the standard ones. Raises ``ValidationError`` by key (the name of
    one) and key + ``SEVERAL``."""
    usual = {key: standard_names(lookup.record_type(key)) for key in names}
    wanted = {key: _filled(texts, usual[key]) for key, texts in names.items()}
    kept = {key: pair for key, pair in wanted.items() if pair != usual[key]}
    taken = _taken_in_menu()
    faults: dict[str, str] = {}
    for key in sorted(wanted, key=kept.__contains__):  # whoever takes the name of another is told so
        if (missing := _missing(wanted[key], usual[key])) is not None:
            faults[key + missing] = _("Give the name of several, too.") if missing else _("Give the name of one, too.")
        for text, place in zip(wanted[key], (key, key + SEVERAL), strict=True):
            by = taken.setdefault(text.casefold(), key)
            if fault := _fault(text) or (_taken_by(by, text) if by != key else ""):
                faults.setdefault(place, fault)
    if faults:
        raise ValidationError(faults)
    return kept


def _filled(names: Names, usual: Names) -> Names:
    return one_line(names[0]) or usual[0], one_line(names[1]) or usual[1]


def _missing(names: Names, standard: Names) -> str | None:
    """Which of the two still is the usual one where the other is not: "" of one, ``SEVERAL``."""
    is_usual = [name.casefold() == usual.casefold() for name, usual in zip(names, standard, strict=True)]
    return None if len(set(is_usual)) == 1 else ("" if is_usual[0] else SEVERAL)


def _taken_in_menu() -> dict[str, str]:
    """What the menu calls its other places, which nobody could tell from a type of that name."""
    keys = {one.key for one in lookup.record_types()}
    with dialect.standard():
        return {str(item.label).casefold(): "" for item in nav.entries() if item.key not in keys}


def _taken_by(key: str, text: str) -> str:
    if not key:
        return _("The menu has “%(name)s” already, for something else.") % {"name": text}
    types = lookup.record_type(key).label_plural
    return _("%(types)s have this name already: two types cannot have one.") % {"types": types}


@service
def rename_types(*, actor: Membership, names: Mapping[str, Names]) -> None:
    """Call the types so from now on, everywhere; "" is the standard name, and what is not among them stays. Raises
    ``ValidationError`` as ``read_names`` does."""
    before = own_names()
    after = read_names({one.key: before.get(one.key, ("", "")) for one in lookup.record_types()} | dict(names))
    if after == before:
        return
    TYPE_NAMES.require(actor)
    TYPE_NAMES.keep(after)  # what tells of it does not say the old words again
    forget(_MEMO)
    changed = [key for key in sorted(before | after) if before.get(key) != after.get(key)]
    told = [" / ".join(after.get(key) or standard_names(lookup.record_type(key))) for key in changed]
    data = {"names": ", ".join(told), "before": before, "after": after}
    events.record(RENAMED, record=None, actor=actor, data=data)


@events.on(RENAMED, key="views-follow-names", label=gettext_lazy("Shipped texts after records were renamed"))
def follow_names(event: Event) -> str:
    """Word the shipped texts that the workspace keeps as values as its records are called now; those that somebody
    changed stay, and so does a name that would be that of another."""
    with translation.override(current_tenant().language):
        changed = sum(_reworded(one, event.data["before"]) for one in declared(ShippedTexts, "shipped"))
    if not changed:
        return ""
    forget()  # rows are remembered with their texts
    return ngettext("%(count)d shipped text follows", "%(count)d shipped texts follow", changed) % {"count": changed}


def _reworded(shipped: ShippedTexts, before: Mapping[str, Sequence[str]]) -> int:
    """How many of the texts read otherwise now."""
    names = own_names()
    texts = {(group, said(text, before)): said(text, names) for group, text in shipped.texts()}
    # Those in the standard words, too: one that once stayed behind, as its name was taken, is not that of another
    texts |= {(group, said(text, {})): said(text, names) for group, text in shipped.texts()}
    if all(old == new for (_group, old), new in texts.items()):
        return 0
    rows = list(shipped.rows().select_for_update().order_by("id"))
    keys = {row.pk: (shipped.group_of(row), sort_key(getattr(row, shipped.column))) for row in rows}
    taken = set(keys.values()) if shipped.distinct else set()
    changed = 0
    for row in rows:
        group, old = shipped.group_of(row), getattr(row, shipped.column)
        new = texts.get((group, old), old)
        if new != old and (group, sort_key(new)) not in taken - {keys[row.pk]}:
            setattr(row, shipped.column, new)
            row.save(update_fields=[shipped.column])
            taken = taken - {keys[row.pk]} | {(group, sort_key(new))} if shipped.distinct else taken
            changed += 1
    return changed


def last_renamed() -> dict[str, Change]:
    """Who has changed last what records of a type are called, by the key of those that ever were renamed."""
    renamed = Event.objects.filter(record_type="", name=RENAMED.name).select_related("actor").order_by("at", "id")
    found: dict[str, Change] = {}
    for event in renamed:
        before, after = event.data.get("before", {}), event.data.get("after", {})
        changed = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        found |= dict.fromkeys(changed, Change(actor_name(event), event.at, event.actor_id))
    return found


def _fault(text: str) -> str:
    if len(text) > LONGEST:
        return _("Longer than %(limit)s characters.") % {"limit": LONGEST}
    if not _is_plain(text):
        return _('A name cannot contain < > " { } %, and needs a letter.')
    if not _is_name(text):
        words = {"text": text, "shown": unescape(text)}
        return _("Pages would show “%(text)s” as “%(shown)s”: write it otherwise.") % words
    return ""


def _is_plain(text: str) -> bool:
    return _LETTERS.search(text) is not None and _REFUSED.isdisjoint(text)


def _is_name(text: Any) -> bool:
    """Whether texts can be worded with it: pages hold them as they are, also within quotes."""
    return isinstance(text, str) and _is_plain(text) and unescape(text) == text


def said(text: Any, names: Mapping[str, Sequence[str]]) -> str:
    """A text of the product as it reads where types are called by ``names``."""
    with dialect.standard():
        standard = str(text)
    words = _words(_as_pairs(names), get_language() or "")
    return words.said(standard) if words else standard


def _words_now() -> dialect.Words | None:
    try:
        names = _own_pairs()
    except NoTenantError:
        return None
    return _words(names, get_language() or "") if names else None


@memo(_MEMO)
def _own_pairs() -> tuple[tuple[str, str, str], ...]:
    return _as_pairs(own_names())


def _as_pairs(names: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str, str], ...]:
    return tuple((key, one, several) for key, (one, several) in sorted(names.items()))


@lru_cache(maxsize=512)
def _words(names: tuple[tuple[str, str, str], ...], language: str) -> dialect.Words | None:
    pairs: list[tuple[str, str]] = []
    for key, one, several in names:
        if (record_type := lookup.find_type(key)) is not None:
            standard, standard_plural = standard_names(record_type)
            pairs += [(standard_plural.lower(), several), (standard.lower(), one)]
    return dialect.Words(tuple(pairs)) if pairs else None


dialect.speak(_words_now)
