"""``response.context`` of the product's own pages, for whoever asks for them with Django's test client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.test.signals import template_rendered

from crm.ui.jinja import Template


@contextmanager
def tell_what_is_drawn() -> Iterator[None]:
    """Django's test client hears of its own engine only, so ours tells it."""

    def draw(self: Template, values: dict[str, Any]) -> str:
        template_rendered.send(sender=self, template=self, context=values)
        return drawn(self, values)

    drawn = Template.draw
    with patch.object(Template, "draw", draw):
        yield
