"""The lists of choices that leads have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist

LEAD_STATUS = Picklist(
    key="lead_status",
    icon="list-checks",
    order=10,
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
    synonyms={
        "new": (
            "new, open, open - not contacted, not contacted, untouched, neu, offen, nuevo, nueva, abierto, nouveau, "
            "nouvelle, ouvert, to be contacted"
        ),
        "working": (
            "working, working - contacted, contacted, in progress, attempted to contact, attempting, connected, in "
            "bearbeitung, kontaktiert, en curso, contactado, contacte, en cours, contact in future, engaged"
        ),
        "qualified": (
            "qualified, sales qualified, sql, pre-qualified, open deal, qualifiziert, calificado, cualificado, qualifie"
        ),
        "converted": ("converted, closed - converted, konvertiert, convertido, converti"),
        "unqualified": (
            "unqualified, not qualified, disqualified, closed - not converted, junk lead, junk, lost lead, lost, bad "
            "timing, unqualifiziert, disqualifiziert, nicht qualifiziert, no calificado, descartado, non qualifie"
        ),
    },
)

UNQUALIFIED_REASON = Picklist(
    key="unqualified_reason",
    icon="user-x",
    order=40,
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
