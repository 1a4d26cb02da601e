"""Records for tests, made as people make them: through the services."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from crm.fields.money import Money
from crm.picklists.selectors import choice_meaning, choices, stages
from crm.tenants.context import current_tenant
from crm.users.models import Membership

_numbers = count(1)


def lead(owner: Membership | None, **values: Any) -> Any:
    from leads.services import create_lead

    number = next(_numbers)
    given = {"first_name": "Lena", "last_name": f"Lead{number}", "email": f"lena{number}@lead{number}.example"}
    return create_lead(actor=owner, values={**given, "owner": owner, **values})


def account(owner: Membership | None, **values: Any) -> Any:
    from accounts.services import create_account

    return create_account(actor=owner, values={"name": f"Company {next(_numbers)}", "owner": owner, **values})


def vendor(owner: Membership | None, **values: Any) -> Any:
    from accounts.vendors.services import create_vendor

    return create_vendor(actor=owner, values={"name": f"Supplier {next(_numbers)}", "owner": owner, **values})


def contact(owner: Membership | None, **values: Any) -> Any:
    from contacts.services import create_contact

    number = next(_numbers)
    given = {"first_name": "Carl", "last_name": f"Contact{number}", "email": f"carl{number}@contact{number}.example"}
    return create_contact(actor=owner, values={**given, "owner": owner, **values})


def opportunity(owner: Membership | None, **values: Any) -> Any:
    """An open one of 1,000 whole units, unless ``values`` say otherwise; makes an account when none is given."""
    from opportunities.services import create_opportunity

    if "account" not in values and "contact" not in values:
        values["account"] = account(owner)
    given = {"name": f"Deal {next(_numbers)}", "amount": Money(100_000, current_tenant().currency)}
    if "stage" in values and values["stage"].meaning == "lost":
        given["loss_reason"] = next((one for one in choices("loss_reason") if one.meaning == "other"), None)
    return create_opportunity(actor=owner, values={**given, "owner": owner, **values})


def stage(meaning: str = "open") -> Any:
    """The first stage with that meaning."""
    return next(one for one in stages() if one.meaning == meaning)


def reason(picklist: str, meaning: str) -> Any:
    return choice_meaning(picklist, meaning)


def file(record: Any, actor: Membership, name: str = "offer.pdf", content: bytes = b"%PDF-1.7 an offer") -> Any:
    """A file that ``actor`` added to ``record``."""
    from crm.activities.services import create_activity

    files = [ContentFile(content, name)]
    return create_activity(kind="file", records=[record], actor=actor, files=files).files.get()
