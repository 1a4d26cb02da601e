"""The fields of a vendor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.fields import kinds
from crm.fields.spec import FieldSpec
from crm.picklists.selectors import default_choice
from crm.records.standard import ADDRESS_FIELDS, STANDARD_FIELDS

VENDOR_FIELDS = (
    FieldSpec("name", _("Name"), kinds.Text(300, key="sort_name"), required=True),
    FieldSpec("industry", _("Industry"), kinds.ChoiceOf("industry"), default=lambda: default_choice("industry")),
    FieldSpec("website", _("Website"), kinds.Url(), fills=("domain",)),
    FieldSpec("email", _("E-mail"), kinds.Email()),
    FieldSpec("phone", _("Phone"), kinds.Phone()),
    FieldSpec(
        "customer_number",
        _("Customer number"),
        kinds.Text(100),
        help=_("The number under which the vendor knows you."),
    ),
    FieldSpec("contract_ends_on", _("Contract ends"), kinds.Date()),
    *ADDRESS_FIELDS,
    FieldSpec("description", _("Description"), kinds.LongText()),
    *STANDARD_FIELDS,
)
