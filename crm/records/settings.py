"""Where the setup has the own fields of each type of record."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from crm import catalogue
from crm.catalogue.naming import NAMES_PAGE, TYPE_NAMES
from crm.fields.settings import FIELDS
from crm.preferences.pages import SetupPage, SetupPages


def _own_fields() -> Iterator[SetupPage]:
    for order, one in enumerate(catalogue.record_types()):
        help_text = _("Facts of your own about %(records)s, beside those that are there.") % {
            "records": one.in_text_plural
        }
        yield SetupPage(FIELDS, order, "setup:fields", one.label_plural, help_text, one.icon, {"type": one.key})


OWN_FIELDS = SetupPages(_own_fields)

__all__ = ["NAMES_PAGE", "OWN_FIELDS", "TYPE_NAMES"]  # the catalogue is no app, so its setting is declared here
