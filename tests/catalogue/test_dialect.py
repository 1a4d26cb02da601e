"""A text in the words of a workspace that calls its records otherwise."""

from __future__ import annotations

import pytest

from crm.ui.dialect import Words, in_text

DEALS = Words((("opportunities", "Deals"), ("opportunity", "Deal"), ("leads", "RFPs"), ("lead", "RFP")))
OTHERS = Words((("accounts", "Organisations"), ("account", "Organisation"), ("leads", "Units"), ("lead", "Unit")))


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (DEALS, "Opportunity", "Deal"),
        (DEALS, "No open opportunities here", "No open deals here"),
        (DEALS, "An opportunity is one possible sale.", "A deal is one possible sale."),
        (DEALS, "OPPORTUNITIES", "DEALS"),
        (DEALS, "Turn a lead into an opportunity", "Turn an RFP into a deal"),
        (DEALS, "%(actor)s linked the lead %(lead)s to %(this)s", "%(actor)s linked the RFP %(lead)s to %(this)s"),
        (DEALS, '<a href="/acme/leads/" class="leads">{leads}</a>', '<a href="/acme/leads/" class="leads">{leads}</a>'),
        (DEALS, "It leads nowhere; leader, misled, lead_status", "It RFPs nowhere; leader, misled, lead_status"),
        (DEALS, "Every lead's owner", "Every RFP's owner"),
        (Words((("lead", "iPad Order"),)), "Lead", "iPad Order"),
        (Words((("lead", "iPad Order"),)), "Leads: lead. Lead it", "Leads: iPad Order. iPad Order it"),
        (Words((("lead", "iPad Order"),)), "A lead is new", "An iPad Order is new"),
        (OTHERS, "An account, a lead", "An organisation, a unit"),
        (Words((("lead", "Übersicht"), ("account", "Événement"))), "A lead, an account", "An übersicht, an événement"),
        (Words((("lead", "U\u0308bung"), ("account", "Šum"))), "A lead, an account", "An u\u0308bung, a šum"),
        (Words((("lead", "Øvelse"), ("account", "Única"))), "A lead, an account", "An øvelse, an única"),
        (Words((("lead", "ÖPNV"), ("account", "ÇAB"))), "A lead, an account", "An ÖPNV, a ÇAB"),
    ],
)  # fmt: skip
def test_a_text_is_said_in_own_words(words: Words, text: str, said: str) -> None:
    assert words.said(text) == said


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("Opportunity", "opportunity"),
        ("Repair Order", "Repair Order"),
        ("iPad deal", "iPad deal"),
        ("VIP deal", "VIP deal"),
    ],
)
def test_initials_stay_as_they_are_inside_of_a_sentence(name: str, inside: str) -> None:
    assert in_text(name) == inside
