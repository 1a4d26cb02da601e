"""A record type is a value: what it has, what it shows, and the services that write it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.catalogue.files import Gap, Moves, NaturalKey, NeededLink, SplitColumn
from crm.catalogue.kept_sums import KeptSums
from crm.catalogue.searched import BY_NAME, Searched
from crm.catalogue.ties import Ties
from crm.events.models import Event
from crm.fields.custom.selectors import custom_fields, custom_labels, custom_spec, custom_specs
from crm.fields.gone import specs_that_were
from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec, specs_by_name
from crm.ui.dialect import in_text
from crm.users.models import Membership
from crm.users.roles import Grant

Headers = dict[str, str]  # by field, what other systems call its column; names are separated by "|"
MORE_FIELDS = _("More fields")  # the section of the workspace's own fields that stand in no other


@dataclass(frozen=True)
class Section:
    """A group of fields on the form and on the record page."""

    label: Any
    fields: tuple[str, ...]


@dataclass(frozen=True)
class DefaultView:
    """A saved view that a new workspace starts with. ``filters`` are (field, operator, values).

    ``of_open``: it is of those records that are still worked on, where not all of a type's are.
    """

    name: Any
    filters: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    columns: tuple[str, ...] = ()
    sort: str = ""
    is_default: bool = False
    of_open: bool = False


@dataclass(frozen=True)
class Panel:
    """A box in the right column of a record page; ``load`` gives the template's context, or None to leave it out.
    ``named`` adds to it what the page's address says, where that says something."""

    key: str
    template: str
    load: Callable[[Membership, Any], dict[str, Any] | None]
    order: int = 50
    place: str = "side"  # "side", "middle" (over the timeline), "head" (a strip under the title), "preview",
    # or "locked" (where a change of a record that cannot be written is refused)
    named: Callable[[Membership, Any, QueryDict], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Badge:
    """A word beside a record's name."""

    label: Any
    tone: str = "neutral"
    icon: str = ""
    title: Any = ""


@dataclass(frozen=True)
class Action:
    """A button on the record page. ``dialog``: opens in a dialog where there is JavaScript.

    ``method``: "GET" leads to the page, "POST" and "DELETE" do it. ``on_row``: it stands on a list's rows too.
    """

    key: str
    label: Any
    icon: str
    url_name: str  # takes the record's id
    shown: Callable[[Membership, Any], bool]
    primary: bool = False
    dialog: bool = False
    order: int = 50
    method: str = "GET"
    on_row: bool = False
    in_menu: bool = False  # among the rarer ones, behind "…"


@dataclass(frozen=True)
class Match:
    """A record that may be about the same, and why; ``about`` tells it from others of the same name."""

    record: Any
    reasons: tuple[str, ...]
    about: str = ""
    url: str = ""
    is_weak: bool = False  # for a list of possible ones, not for a warning


@dataclass(frozen=True)
class Objection:
    """What speaks against making a record; ``links`` (label, address) of a match lead to what to do with it instead.

    ``is_final``: it may not be made. Otherwise it is for whoever makes it to decide. ``text`` says all of it; where a
    page lists the ``matches``, ``heading`` is enough.
    """

    text: str
    matches: tuple[Match, ...] = ()
    heading: str = ""
    links: Callable[[Match], list[tuple[str, str]]] = lambda match: []
    is_final: bool = False


class Create(Protocol):
    def __call__(self, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None) -> Any: ...


class Update(Protocol):
    def __call__(
        self, record: Any, /, *, actor: Membership | None, values: dict[str, Any], because: Event | None = None
    ) -> Any: ...


class Remove(Protocol):
    def __call__(self, record: Any, /, *, actor: Membership | None, because: Event | None = None) -> None: ...


PLAIN_CARD = "pages/plain_card.html"


@dataclass(frozen=True)
class Board:
    """Columns of cards. ``column`` is the field whose value, which every record has, is the column; ``move_url`` names
    the URL that moves, where a move is more than a change of that field; ``card`` the template of a card that shows
    more than its headline.

    ``columns`` gives all values, inactive ones too: those are shown as long as there are records in them. Where they
    fall into groups, of which the board shows one, ``group`` names the filter by it and the value's attribute.
    """

    column: str
    columns: Callable[[], list[Any]]
    move_url: str = ""
    card: str = PLAIN_CARD
    amount: str = ""  # the money field whose sums stand over the columns
    related: tuple[str, ...] = ()
    asks: Callable[[Any], bool] = lambda value: False  # whether a move into the column needs an answer first
    facts: Callable[[Any], dict[str, Any]] = lambda record: {}  # more for the card's template, as ``card.facts``
    group: str = ""
    groups: Callable[[], list[Any]] = list  # the first is shown where nothing else is asked for


def _welcome(actor: Membership, rows: Sequence[Any]) -> list[Objection | None]:
    return [None for _row in rows]


@dataclass(frozen=True)
class RecordType:
    """One type of record.

    ``key`` is its identity: the ``type_key`` of its model, URL segment and namespace, name in imports and the API, part
    of names in the database. ``noun`` starts its event names. ``order`` is its place among the types, everywhere; with
    ``phone`` it has one in the bar at the bottom of a phone; ``shortcut`` is pressed after ``c`` for a new one.
    ``urls`` is the module of its pages, where it has more than every type has (``pages.urls.record_urls``). ``grants``
    say by the key of a shipped role what that may do with its records, where this is not as usual (``users.roles``).
    ``is_person`` and ``is_company`` say what it stands for, by which searches and imports go.
    ``told_apart_by`` are the fields of which the first that says something stands beside a name that several may have.
    ``brought_along`` are fields that a file of another type may hold for records which it makes by their
    name: a deal's file those of its account; where there are none, a file makes none. ``panels``
    and ``actions`` are those of its own page; other apps add theirs (``lookup.add_panel``).
    ``hidden`` and ``read_only`` are fields that the person who asks does not see, or may not change (``lookup.seen``).
    ``prepare`` runs before every save: it fills derived columns and raises ``ValidationError``.
    ``either`` are groups of links of which a record has one at most; of the fields ``one_needed`` it has one at least.
    ``badges`` stand beside its name.
    ``locked`` says why a record may not be written now, or ""; ``unlocked_among`` leaves those out of a query.
    ``fields`` and ``sections`` are what the product ships; ``specs_now`` and ``sections_now`` add the workspace's own.
    ``create``, ``update``, ``delete`` and ``restore`` are the services through which pages, imports and the API write.
    With ``ties``, new ones may find what others of a file make. ``objections`` says of the values of new records what
    speaks against making each: forms and imports ask before; ``objections_to_changes`` the same of records' new values.
    ``alike`` compares new ones with each other.
    ``successors`` tells, by id, which record that ``actor`` may see each of some has become: a search shows the old one
    below the new.
    ``set_by_move`` are the fields that a move to another status or stage writes, that one first; ``move_back`` takes
    one of a whole record back (``records.taking_back``).
    ``natural_keys``, the surest first, find the record that a row of a file is about; ``gaps`` and ``needed`` are asked
    of one. ``kept_sums`` answer counts that ask by nothing else. ``unknown_in_files`` is what a new record would have
    of its making: one from a file that does not tell them has none; ``look_ahead`` looks up, for all records of a list
    at once, what its columns show beside their own values;
    ``kept_by_files`` moves on with each change but a file's. ``moves`` is about such days of records that
    exist, ``splits`` about columns of two fields. ``follows`` tells a dry run what a record will be given by workflows.
    """

    key: str
    noun: str
    model: type[Any]  # a ``records.models.RecordModel``
    label: Any
    label_plural: Any
    icon: str
    description: Any  # what this is, in a sentence: for the empty list
    fields: tuple[FieldSpec, ...]
    sections: tuple[Section, ...]
    columns: tuple[str, ...]
    headline: tuple[str, ...]
    create: Create
    update: Update
    delete: Remove
    restore: Remove
    urls: str = ""
    order: int = 50
    shortcut: str = ""
    phone: bool = False
    grants: Mapping[str, Grant] = field(default_factory=dict)
    searched: Searched = BY_NAME
    is_person: bool = False
    is_company: bool = False
    told_apart_by: tuple[str, ...] = ()
    brought_along: tuple[str, ...] = ()
    panels: tuple[Panel, ...] = ()
    actions: tuple[Action, ...] = ()
    sort: str = "name"
    prepare: Callable[[Any], None] = lambda record: None
    either: tuple[tuple[str, ...], ...] = ()
    one_needed: tuple[str, ...] = ()
    locked: Callable[[Any], str] = lambda record: ""
    unlocked_among: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    badges: Callable[[Any], Iterable[Badge]] = lambda record: ()
    ties: Ties | None = None
    objections: Callable[[Membership, Sequence[dict[str, Any]]], list[Objection | None]] = _welcome
    objections_to_changes: Callable[[Membership, Sequence[tuple[Any, dict[str, Any]]]], list[Objection | None]] = (
        _welcome
    )
    alike: Any = None  # a ``records.duplicates.Alike``, which stands above
    successors: Callable[[Membership, Sequence[Any]], dict[UUID, Any]] = lambda actor, records: {}
    set_by_move: tuple[str, ...] = ()
    move_back: Callable[..., Event | None] | None = None
    natural_keys: tuple[NaturalKey, ...] = ()
    gaps: tuple[Gap, ...] = ()
    needed: tuple[NeededLink, ...] = ()
    unknown_in_files: tuple[str, ...] = ()
    kept_by_files: tuple[str, ...] = ()
    moves: Moves | None = None
    follows: Callable[[Any, bool], dict[str, Any]] = lambda record, is_new: {}
    splits: tuple[SplitColumn, ...] = ()
    next_step: tuple[str, str] | None = None  # the fields of a next step and its day, where a type has one of its own
    look_ahead: Callable[[Iterable[Any], Collection[str]], None] = lambda records, names: None
    views: tuple[DefaultView, ...] = ()
    board: Board | None = None
    kept_sums: KeptSums | None = None
    fixed_first: tuple[str, ...] = ()  # offered first where a file gets one value for all its rows
    headers: Headers = field(default_factory=dict)  # what other systems call the columns of their files
    derived: tuple[FieldSpec, ...] = ()  # of no column of its own: lists can be filtered by it, no more
    # Those that the workspace has set up, by what their names begin with: the active ones, or all.
    derived_now: Mapping[str, Callable[[bool], tuple[FieldSpec, ...]]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    _by_name: dict[str, FieldSpec] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", specs_by_name((*self.fields, *self.derived)))

    def can_be_limited(self) -> tuple[FieldSpec, ...]:
        """The fields that a role can be kept from: all but those that say what a record is, whose, and where it stands.

        A link is a fact of both its records: the account's page, counts, searches, history and what keeps it from being
        deleted tell of its contacts. To hide or close it at one end would promise what the other end does not keep. The
        reasons of all: docs/decisions/0017-fields-that-a-role-always-sees.md.
        """
        dealt = (self.board.column, self.board.group) if self.board else ()
        always = {"name", "owner", "team", "created_by", *self.set_by_move[:1], *dealt}
        fields = (one for one in self.specs_now() if not (one.is_stamp or isinstance(one.kind, Lookup)))
        return tuple(one for one in fields if not (one.always_seen or one.name in always))

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def move_name(self) -> str:
        """The name of the URL that moves a record to another column of the board."""
        return (self.board.move_url if self.board else "") or f"{self.key}:move"

    @property
    def in_text(self) -> str:
        """What one record is called inside of a sentence: "opportunity"."""
        return in_text(str(self.label))

    @property
    def in_text_plural(self) -> str:
        return in_text(str(self.label_plural))

    def specs_now(self) -> tuple[FieldSpec, ...]:
        """All fields that records have in the current workspace: those of the product, then its own."""
        own = custom_specs(self.key)
        if self.hidden or self.read_only:
            found = (one.as_seen(self.hidden, self.read_only) for one in own)
            own = tuple(one for one in found if one is not None)
        return (*self.fields, *own)

    def filterable(self) -> tuple[FieldSpec, ...]:
        """The fields that lists can be filtered by, also those of no column of their own."""
        shown = {spec.name for spec in self.specs_now()}
        now = (spec for make in self.derived_now.values() for spec in make(True))
        more = (spec for spec in (*self.derived, *now) if spec.name not in shown)
        return tuple(spec for spec in (*self.specs_now(), *more) if spec.kind.operators)

    def sections_now(self) -> tuple[Section, ...]:
        """The sections with the workspace's own fields where they were put."""
        own = custom_fields(self.key)
        if not own:
            return self.sections
        found = []
        for section in self.sections:
            names = tuple(field.name for field in own if field.section in section.fields)
            found.append(Section(section.label, (*section.fields, *names)))
        placed = {name for section in found for name in section.fields}
        rest = tuple(field.name for field in own if field.name not in placed)
        return (*found, Section(MORE_FIELDS, rest)) if rest else tuple(found)

    def labels(self) -> dict[str, Any]:
        """What all fields are called, the workspace's inactive ones too."""
        found = {spec.name: spec.label for spec in self.fields} | custom_labels(self.key)
        return {name: label for name, label in found.items() if name not in self.hidden} if self.hidden else found

    def told_fields(self) -> dict[str, Any]:
        """Every field by name, as events tell of them; of the workspace's inactive ones, what they are called."""
        return self.labels() | {spec.name: spec for spec in self.specs_now()}

    def specs_that_were(self, names: Iterable[str]) -> Iterator[FieldSpec]:
        """The own fields of those names, as they are or were; of those hidden from the person who asks, none."""
        return specs_that_were((name for name in names if name not in self.hidden), self.key)

    def spec(self, name: str) -> FieldSpec:
        """Return the field; raise ``KeyError`` when there is none of that name."""
        if (spec := self.find(name)) is None:
            raise KeyError(name)
        return spec

    def has(self, name: str) -> bool:
        return self.find(name) is not None

    def can_write(self, name: str) -> bool:
        """Whether a record that there is can be given a value by a person: not where that is hidden or read-only."""
        return self.has(name) and self.spec(name).on_edit

    def can_import(self, name: str) -> bool:
        """Whether a file can give a record a value of it: not where that is hidden or read-only."""
        return self.has(name) and self.spec(name).importable

    def instead_of(self, name: str) -> tuple[FieldSpec, ...]:
        """The links that a record cannot have beside the link ``name``."""
        group = next((one for one in self.either if name in one), ())
        return self.specs(tuple(one for one in group if one != name))

    def excluding(self, record: Any, name: str) -> FieldSpec | None:
        """The link that ``record`` has and that keeps its link ``name`` empty."""
        filled = (spec for spec in self.instead_of(name) if getattr(record, f"{spec.column}_id") is not None)
        return next(filled, None)

    def objection_to_change(self, actor: Membership, record: Any, values: dict[str, Any]) -> Objection | None:
        return self.objections_to_changes(actor, [(record, values)])[0]

    def specs(self, names: tuple[str, ...]) -> tuple[FieldSpec, ...]:
        """Return the fields of ``names``, leaving out those that do not exist (any more)."""
        return tuple(spec for spec in map(self.find, names) if spec is not None)

    def find(self, name: str) -> FieldSpec | None:
        if (found := self._by_name.get(name)) is not None or name in self.hidden:
            return found
        if (own := custom_spec(self.key, name)) is not None:
            return own.as_read_only() if name in self.read_only else own
        made = (make(False) for prefix, make in self.derived_now.items() if name.startswith(prefix))
        return next((spec for specs in made for spec in specs if spec.name == name), None)

    def links_beside(self) -> tuple[FieldSpec, ...]:
        """The links among ``told_apart_by``."""
        return tuple(spec for spec in self.specs(self.told_apart_by) if isinstance(spec.kind, Lookup))

    def related(self, specs: tuple[FieldSpec, ...]) -> tuple[str, ...]:
        """What a query must ``select_related`` to show ``specs``."""
        return tuple(dict.fromkeys(path for spec in specs for path in spec.kind.related(spec)))

    def with_related(self, queryset: QuerySet, specs: tuple[FieldSpec, ...]) -> QuerySet:
        paths = self.related(specs)
        return queryset.select_related(*paths) if paths else queryset
