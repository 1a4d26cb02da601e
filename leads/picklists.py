"""The lists of choices that leads have."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist


class LeadStatus(TextChoices):
    """Where a lead stands."""

    NEW = "new", _("Open, not yet worked on")
    WORKING = "working", _("Open, being worked on")
    QUALIFIED = "qualified", _("Open, qualified")
    CONVERTED = "converted", _("Converted")
    UNQUALIFIED = "unqualified", _("Closed as unqualified")


LEAD_STATUS = Picklist(
    key="lead_status",
    icon="list-checks",
    order=10,
    label=_("Lead statuses"),
    help=_("Where a lead stands in being vetted. Reports and rules look at the meaning, never at the name."),
    meanings=dict(LeadStatus.choices),
    needed=frozenset({LeadStatus.NEW, LeadStatus.QUALIFIED, LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED}),
    guarded=frozenset({LeadStatus.CONVERTED, LeadStatus.UNQUALIFIED}),
    defaults=(
        (_("New"), LeadStatus.NEW, "info"),
        (_("Working"), LeadStatus.WORKING, "neutral"),
        (_("Qualified"), LeadStatus.QUALIFIED, "success"),
        (_("Converted"), LeadStatus.CONVERTED, "neutral"),
        (_("Unqualified"), LeadStatus.UNQUALIFIED, "danger"),
    ),
    default_label=_("New"),
    synonyms={
        LeadStatus.NEW: (
            "new, open, open - not contacted, not contacted, untouched, neu, offen, nuevo, nueva, abierto, nouveau, "
            "nouvelle, ouvert, to be contacted"
        ),
        LeadStatus.WORKING: (
            "working, working - contacted, contacted, in progress, attempted to contact, attempting, connected, in "
            "bearbeitung, kontaktiert, en curso, contactado, contacte, en cours, contact in future, engaged"
        ),
        LeadStatus.QUALIFIED: (
            "qualified, sales qualified, sql, pre-qualified, open deal, qualifiziert, calificado, cualificado, qualifie"
        ),
        LeadStatus.CONVERTED: ("converted, closed - converted, konvertiert, convertido, converti"),
        LeadStatus.UNQUALIFIED: (
            "unqualified, not qualified, disqualified, closed - not converted, junk lead, junk, lost lead, lost, bad "
            "timing, unqualifiziert, disqualifiziert, nicht qualifiziert, no calificado, descartado, non qualifie"
        ),
    },
)


class UnqualifiedReason(TextChoices):
    """Why a lead was closed."""

    NOT_REAL = "not_real", _("Not real, or bad data")
    OTHER = "other", _("Any other reason")


UNQUALIFIED_REASON = Picklist(
    key="unqualified_reason",
    icon="user-x",
    order=40,
    label=_("Unqualified reasons"),
    help=_("Why a lead was closed without being converted. “Mark as bad” gives the first that means not real."),
    meanings=dict(UnqualifiedReason.choices),
    needed=frozenset({UnqualifiedReason.NOT_REAL}),
    defaults=(
        (_("No budget"), UnqualifiedReason.OTHER, ""),
        (_("No authority"), UnqualifiedReason.OTHER, ""),
        (_("No need"), UnqualifiedReason.OTHER, ""),
        (_("No timeline"), UnqualifiedReason.OTHER, ""),
        (_("Not real/bad data"), UnqualifiedReason.NOT_REAL, ""),
        (_("Duplicate"), UnqualifiedReason.OTHER, ""),
        (_("Competitor"), UnqualifiedReason.OTHER, ""),
        (_("Unreachable"), UnqualifiedReason.OTHER, ""),
        (_("Other"), UnqualifiedReason.OTHER, ""),
    ),
)
