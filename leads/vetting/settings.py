"""What is chosen about vetting."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.events.phrases import Called
from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.rows import IS_ACTIVE, NAME, ORDER, SetupRow
from crm.preferences.setting import Setting
from leads.vetting.rule import Gate, GateKind, Unmet

VETTING = SetupGroup(_("Vetting"), 30)
CRITERIA = SetupPage(
    VETTING,
    10,
    "setup:criteria",
    _("Criteria"),
    _("What leads are vetted by: budget, authority, need, timeline, and your own."),
    "clipboard-check",
)
BEFORE_CONVERTING = SetupPage(
    VETTING,
    20,
    "setup:conversion_gate",
    _("Before converting"),
    _("What must be answered with yes before a lead is converted, and whether that warns or blocks."),
    "shield-alert",
)
CONVERSION_GATE: Setting[Gate] = Setting(
    "conversion_gate",
    GateKind(),
    Gate(),
    label=_("What has to be answered with yes before a lead is converted?"),
    called=_("what is needed before converting"),
    page=BEFORE_CONVERTING,
    through="leads.vetting.setup.set_gate",
)
CRITERION = SetupRow(
    "criterion",
    {
        "label": NAME,
        "question": Called(_("question")),
        "weight": Called(_("weight")),
        "is_active": IS_ACTIVE,
        "order": ORDER,
    },
)
GATE = SetupRow(
    "conversion_gate",
    {
        "needs": Called(CONVERSION_GATE.called),
        "criteria": Called(_("criteria")),
        "unmet": Called(_("what happens when it is missing"), dict(Unmet.choices)),
    },
)
