"""Writing accounts."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.services import create_account, update_account
from crm.events.models import Event
from crm.picklists.selectors import choice_meaning
from crm.tenants.clock import today
from tests import make
from tests.people import Firm


def test_fills_the_keys_that_lookups_compare(inside: Firm) -> None:
    values = {
        "name": " The Kestrel Group, Inc. ",
        "website": "https://www.Kestrel.example/shop",
        "phone": "212 555 0100",
    }
    account = create_account(actor=inside.ana, values=values)
    assert account.name == "The Kestrel Group, Inc."
    assert (account.name_key, account.domain, account.phone_key) == ("kestrel group", "kestrel.example", "+12125550100")
    update_account(account, actor=inside.ana, values={"website": "kestrel.test"})
    account.refresh_from_db()
    assert account.domain == "kestrel.test"


def test_is_a_prospect_since_today_unless_said_otherwise(inside: Firm) -> None:
    account = make.account(inside.ana)
    assert (account.type.meaning, account.type_since) == ("prospect", today())
    vendor = choice_meaning("account_type", "other")
    assert make.account(inside.ana, type=vendor).type == vendor
    assert make.account(inside.ana, type=None).type.meaning == "prospect"


def test_needs_a_name(inside: Firm) -> None:
    with pytest.raises(ValidationError) as error:
        make.account(inside.ana, name="   ")
    assert "name" in error.value.message_dict
    assert make.account(inside.ana, name=" x ").name == "x"


def test_a_change_of_type_tells_the_new_one(inside: Firm) -> None:
    account = make.account(inside.ana)
    for meaning, name in (
        ("customer", "account.became_customer"),
        ("past_customer", "account.became_past_customer"),
        ("other", "account.type_changed"),
        ("prospect", "account.became_prospect"),
    ):
        event = update_account(account, actor=inside.ada, values={"type": choice_meaning("account_type", meaning)})
        assert event is not None and event.name == name
    assert (
        update_account(account, actor=inside.ada, values={"type": choice_meaning("account_type", "prospect")}) is None
    )
    assert Event.objects.filter(record_id=account.pk).count() == 5


def test_an_account_cannot_stand_below_itself(inside: Firm) -> None:
    top = make.account(inside.ana)
    middle = make.account(inside.ana, parent=top)
    bottom = make.account(inside.ana, parent=middle)
    for parent in (top, middle, bottom):
        with pytest.raises(ValidationError) as error:
            update_account(top, actor=inside.ana, values={"parent": parent})
        assert "parent" in error.value.message_dict
        top.refresh_from_db()
    update_account(bottom, actor=inside.ana, values={"parent": top})
    bottom.refresh_from_db()
    assert bottom.parent == top
