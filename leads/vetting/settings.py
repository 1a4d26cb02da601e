"""What is chosen about vetting."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.preferences.pages import SetupGroup, SetupPage
from crm.preferences.setting import Setting
from leads.vetting.rule import Gate, GateKind

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
