"""``{% mail_words as mail %}``: whether mail leaves this installation, or is kept in its mailbox; and sign-up."""

from __future__ import annotations

from typing import Any

from django import template

from crm.users import mailing

register = template.Library()


@register.simple_tag
def mail_words() -> dict[str, Any]:
    return {**mailing.words(), "sign_up_is_open": mailing.sign_up_is_open()}
