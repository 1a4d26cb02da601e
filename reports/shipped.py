"""The reports there are, grouped by what they are about."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from reports import account_types, close_ratio, failures, funnel, pipeline
from reports.report import Report

GROUPS: tuple[tuple[Any, tuple[Report, ...]], ...] = (
    (_("Opportunities"), (pipeline.REPORT, close_ratio.REPORT)),
    (_("Leads and what becomes of them"), (funnel.REPORT, failures.REPORT)),
    (_("Accounts"), (account_types.REPORT,)),
)
REPORTS: dict[str, Report] = {report.key: report for _heading, reports in GROUPS for report in reports}
