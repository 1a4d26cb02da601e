"""The picklists that exist, the meanings their choices may have, and what a new workspace starts with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Picklist:
    """A list of choices that a workspace edits.

    ``meanings`` maps each meaning the product knows to its name; a choice must have one when the map is not empty.
    ``needed`` are the meanings of which one active choice must always remain.
    ``guarded`` are the meanings that a record gets by an action (converting, winning) and never by being edited in
    passing: such a choice is no default, and stands in for no other meaning when a choice is deleted.
    A list with a ``default_label`` always keeps a default.
    ``defaults`` are (label, meaning, tone) in order; the first one with ``default`` meaning starts as the default.
    """

    key: str
    label: Any
    help: Any
    meanings: dict[str, Any] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    guarded: frozenset[str] = frozenset()
    defaults: tuple[tuple[Any, str, str], ...] = ()
    default_label: Any = None
    icon: str = "list"


LEAD_STATUS = Picklist(
    key="lead_status",
    icon="list-checks",
    label=_("Lead statuses"),
    help=_("Where a lead stands in being vetted. Reports and rules look at the meaning, never at the name."),
    meanings={
        "new": _("Open, not yet worked on"),
        "working": _("Open, being worked on"),
        "qualified": _("Open, qualified"),
        "converted": _("Converted"),
        "unqualified": _("Closed as unqualified"),
    },
    needed=frozenset({"new", "qualified", "converted", "unqualified"}),
    guarded=frozenset({"converted", "unqualified"}),
    defaults=(
        (_("New"), "new", "info"),
        (_("Working"), "working", "neutral"),
        (_("Qualified"), "qualified", "success"),
        (_("Converted"), "converted", "neutral"),
        (_("Unqualified"), "unqualified", "danger"),
    ),
    default_label=_("New"),
)

LEAD_SOURCE = Picklist(
    key="lead_source",
    icon="radar",
    label=_("Lead sources"),
    help=_("Where a lead, and the deal that came of it, was found."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Web form"),
            _("Trade show/event"),
            _("Seminar"),
            _("Conference"),
            _("Advertisement"),
            _("Purchased list"),
            _("Third-party data"),
            _("Directory"),
            _("Referral"),
            _("Research"),
            _("Inbound marketing"),
            _("Marketing campaign"),
            _("Business card"),
            _("Other"),
        )
    ),
)

RATING = Picklist(
    key="rating",
    icon="flame",
    label=_("Ratings"),
    help=_("How promising a lead or an opportunity is."),
    defaults=((_("Hot"), "", "hot"), (_("Warm"), "", "warning"), (_("Cold"), "", "info")),
)

UNQUALIFIED_REASON = Picklist(
    key="unqualified_reason",
    icon="user-x",
    label=_("Unqualified reasons"),
    help=_("Why a lead was closed without being converted. “Mark as bad” gives the first that means not real."),
    meanings={"not_real": _("Not real, or bad data"), "other": _("Any other reason")},
    needed=frozenset({"not_real"}),
    defaults=(
        (_("No budget"), "other", ""),
        (_("No authority"), "other", ""),
        (_("No need"), "other", ""),
        (_("No timeline"), "other", ""),
        (_("Not real/bad data"), "not_real", ""),
        (_("Duplicate"), "other", ""),
        (_("Competitor"), "other", ""),
        (_("Unreachable"), "other", ""),
        (_("Other"), "other", ""),
    ),
)

LOSS_REASON = Picklist(
    key="loss_reason",
    icon="circle-x",
    label=_("Loss reasons"),
    help=_("Why an opportunity was lost. The class says whose failure it was: sales' or vetting's."),
    meanings={"sales": _("Lost in selling"), "vetting": _("Should not have passed vetting"), "other": _("Other")},
    defaults=(
        (_("Price too high"), "sales", ""),
        (_("Lost to a competitor"), "sales", ""),
        (_("Missing functions"), "sales", ""),
        (_("Poor follow-up"), "sales", ""),
        (_("No budget after all"), "vetting", ""),
        (_("No authority after all"), "vetting", ""),
        (_("No need after all"), "vetting", ""),
        (_("No timeline after all"), "vetting", ""),
        (_("Customer stopped the project"), "other", ""),
        (_("Other"), "other", ""),
    ),
)

ACCOUNT_TYPE = Picklist(
    key="account_type",
    icon="building-2",
    label=_("Account types"),
    help=_("What a company is to you. Winning an opportunity makes it a customer."),
    meanings={
        "prospect": _("Prospect"),
        "customer": _("Customer"),
        "past_customer": _("Past customer"),
        "other": _("Other"),
    },
    needed=frozenset({"prospect", "customer", "past_customer"}),
    guarded=frozenset({"customer", "past_customer"}),
    defaults=(
        (_("Prospect"), "prospect", "info"),
        (_("Customer"), "customer", "success"),
        (_("Past customer"), "past_customer", "neutral"),
        (_("Vendor"), "other", ""),
        (_("Partner"), "other", ""),
    ),
    default_label=_("Prospect"),
)

INDUSTRY = Picklist(
    key="industry",
    icon="factory",
    label=_("Industries"),
    help=_("The sector a company works in."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Education"),
            _("Energy"),
            _("Entertainment"),
            _("Finance"),
            _("Government"),
            _("Health care"),
            _("Manufacturing"),
            _("Marketing"),
            _("Retail"),
            _("Services"),
            _("Software"),
            _("Telecommunications"),
            _("Transport"),
            _("Other"),
        )
    ),
)

RELATIONSHIP = Picklist(
    key="relationship",
    icon="handshake",
    label=_("Contact relationships"),
    help=_("What a person is to you. A prospect becomes a client when the account becomes a customer."),
    meanings={
        "prospect": _("Prospect: becomes a client with the account"),
        "client": _("Client: of an account that is a customer"),
        "other": _("Anything else: stays as it is"),
    },
    defaults=(
        (_("Prospect"), "prospect", ""),
        (_("Client"), "client", ""),
        *((label, "other", "") for label in (_("Vendor contact"), _("Partner"), _("Employee"), _("Other"))),
    ),
    default_label=_("Prospect"),
)

CONTACT_ROLE = Picklist(
    key="contact_role",
    icon="id-card",
    label=_("Contact roles"),
    help=_("The part a person plays in an opportunity."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Decision maker"),
            _("Economic buyer"),
            _("Influencer"),
            _("Connector/referrer"),
            _("User"),
            _("Technical evaluator"),
            _("Other"),
        )
    ),
)

PICKLISTS: dict[str, Picklist] = {
    picklist.key: picklist
    for picklist in (
        LEAD_STATUS,
        LEAD_SOURCE,
        RATING,
        UNQUALIFIED_REASON,
        ACCOUNT_TYPE,
        INDUSTRY,
        RELATIONSHIP,
        CONTACT_ROLE,
        LOSS_REASON,
    )
}

CUSTOM_PREFIX = "custom."  # of the lists behind a workspace's own fields (crm/fields/custom)


def picklist_of(key: str) -> Picklist:
    """Return the list ``key``: a declared one, or the plain one of a custom field, whose choices have no meaning."""
    if key.startswith(CUSTOM_PREFIX):
        return Picklist(key=key, label=key, help="")
    return PICKLISTS[key]


TONES: dict[str, Any] = {
    "": _("None"),
    "neutral": _("Grey"),
    "info": _("Blue"),
    "success": _("Green"),
    "warning": _("Yellow"),
    "danger": _("Red"),
    "hot": _("Orange"),
}

STAGE_MEANINGS: dict[str, Any] = {"open": _("Open"), "won": _("Won"), "lost": _("Lost")}
STAGE_MEANINGS_NEEDED = frozenset({"open", "won", "lost"})
STAGE_MEANINGS_GUARDED = frozenset({"won", "lost"})
FORECAST_CATEGORIES: dict[str, Any] = {
    "pipeline": _("Pipeline"),
    "best_case": _("Best case"),
    "commit": _("Commit"),
    "closed": _("Closed"),
    "omitted": _("Omitted"),
}

# (label, meaning, probability in per cent, forecast category, guidance)
STAGES: tuple[tuple[Any, str, int, str, Any], ...] = (
    (
        _("Qualifying"),
        "open",
        10,
        "pipeline",
        _("Find out who decides, what it is worth to them, and by when. Fix the next conversation before it ends."),
    ),
    (
        _("Requirements gathering"),
        "open",
        20,
        "pipeline",
        _("Write down under Requirements what they need, in their words. Add everybody who has a say to the contacts."),
    ),
    (
        _("Proposal preparation"),
        "open",
        35,
        "pipeline",
        _("Check amount and expected close with your contact before you write: a proposal should hold no surprise."),
    ),
    (
        _("Proposal submitted"),
        "open",
        50,
        "best_case",
        _("Fix a day on which you go through it together, and set it as the next step. Ask who else is offering."),
    ),
    (
        _("Demo given"),
        "open",
        60,
        "best_case",
        _("Note what convinced them and what did not. Ask what is still missing for a decision, and who takes it."),
    ),
    (
        _("Negotiation"),
        "open",
        80,
        "commit",
        _("Trade, do not give: each concession gets one in return. Know who signs, and when."),
    ),
    (_("Won"), "won", 100, "closed", ""),
    (_("Lost"), "lost", 0, "omitted", ""),
)
