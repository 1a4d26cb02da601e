"""Records for tests, made as people make them: by factories whose “model” is the service of a type."""

from __future__ import annotations

from typing import Any

import factory
from django.core.files.base import ContentFile

from accounts.services import create_account
from accounts.vendors.services import create_vendor
from contacts.services import create_contact
from crm.fields.money import Money
from crm.picklists.selectors import choice_meaning, choices, stages
from crm.tenants.context import current_tenant
from crm.users.models import Membership
from leads.services import create_lead
from opportunities.services import create_opportunity


class RecordFactory(factory.Factory):
    """Makes a record in its owner's name."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, create: Any, *args: Any, **values: Any) -> Any:
        return create(actor=values["owner"], values=values)


class LeadFactory(RecordFactory):
    class Meta:
        model = create_lead

    first_name = "Lena"
    last_name = factory.Sequence(lambda n: f"Lead{n}")
    email = factory.Sequence(lambda n: f"lena{n}@lead{n}.example")


class AccountFactory(RecordFactory):
    class Meta:
        model = create_account

    name = factory.Sequence(lambda n: f"Company {n}")


class VendorFactory(RecordFactory):
    class Meta:
        model = create_vendor

    name = factory.Sequence(lambda n: f"Supplier {n}")


class ContactFactory(RecordFactory):
    class Meta:
        model = create_contact

    first_name = "Carl"
    last_name = factory.Sequence(lambda n: f"Contact{n}")
    email = factory.Sequence(lambda n: f"carl{n}@contact{n}.example")


class OpportunityFactory(RecordFactory):
    """An open one of 1,000 whole units, unless it is told otherwise; makes an account when none is given."""

    class Meta:
        model = create_opportunity

    name = factory.Sequence(lambda n: f"Deal {n}")
    amount = factory.LazyFunction(lambda: Money(100_000, current_tenant().currency))

    @classmethod
    def _adjust_kwargs(cls, **values: Any) -> dict[str, Any]:
        if "account" not in values and "contact" not in values:
            values["account"] = AccountFactory(owner=values["owner"])
        if "stage" in values and values["stage"].meaning == "lost":
            other = (one for one in choices("loss_reason") if one.meaning == "other")
            values.setdefault("loss_reason", next(other, None))
        return values


def lead(owner: Membership | None, **values: Any) -> Any:
    return LeadFactory(owner=owner, **values)


def account(owner: Membership | None, **values: Any) -> Any:
    return AccountFactory(owner=owner, **values)


def vendor(owner: Membership | None, **values: Any) -> Any:
    return VendorFactory(owner=owner, **values)


def contact(owner: Membership | None, **values: Any) -> Any:
    return ContactFactory(owner=owner, **values)


def opportunity(owner: Membership | None, **values: Any) -> Any:
    return OpportunityFactory(owner=owner, **values)


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
