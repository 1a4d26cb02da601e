"""The engine of our templates: Jinja2, behind Django's own doors (views, forms, mails).

``page.html#part`` is the block ``part`` of it alone, which is what htmx asks for. A block knows what the view has
given; of what the template has set outside of it, it knows nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import jinja2
from django.http import HttpRequest
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends import jinja2 as backend
from django.template.backends.utils import csrf_token_lazy
from django.utils.functional import SimpleLazyObject

from crm.ui.components import Components
from crm.ui.form_marks import csrf_input


class Templates(backend.Jinja2):
    """``OPTIONS["vocabularies"]`` names the modules whose ``FUNCTIONS`` and ``FILTERS`` all templates know."""

    def __init__(self, params: dict[str, Any]) -> None:
        options = {**params["OPTIONS"], "environment": "crm.ui.jinja.environment"}
        vocabularies = [import_module(name) for name in options.pop("vocabularies")]
        super().__init__({**params, "OPTIONS": options})
        for words in vocabularies:
            self.env.globals.update(words.FUNCTIONS)
            self.env.filters.update(words.FILTERS)
        self.env.globals["ui"] = Components(self.env)

    def from_string(self, template_code: str) -> Template:
        try:
            return Template(self.env.from_string(template_code), self)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateSyntaxError(f"{error.lineno}: {error.message}") from error

    def get_template(self, template_name: str) -> Template:
        name, _hash, block = template_name.partition("#")
        try:
            found = self.env.get_template(name)
        except jinja2.TemplateNotFound as error:
            raise TemplateDoesNotExist(str(error.name), backend=self) from error
        except jinja2.TemplateSyntaxError as error:
            raise TemplateSyntaxError(f"{error.filename}:{error.lineno}: {error.message}") from error
        if block and block not in found.blocks:
            raise TemplateDoesNotExist(template_name, backend=self)
        return Template(found, self, block)

    def load_all(self) -> list[Template]:
        """Compile every template now, and not when the first page asks for it."""
        return [self.get_template(name) for name in self.env.list_templates(extensions=["html", "txt"])]


class Template(backend.Template):
    """A template, or one of its blocks."""

    def __init__(self, template: jinja2.Template, engine: Templates, block: str = "") -> None:
        super().__init__(template, engine)
        self.block = block

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> str:
        return self.draw({**self._of_request(request), **(context or {})})

    def draw(self, values: dict[str, Any]) -> str:
        if not self.block:
            return self.template.render(values)
        return "".join(self.template.blocks[self.block](self.template.new_context(values)))

    def _of_request(self, request: HttpRequest | None) -> dict[str, Any]:
        if request is None:
            return {}
        values: dict[str, Any] = {
            "request": request,
            "csrf_input": SimpleLazyObject(lambda: csrf_input(request)),
            "csrf_token": csrf_token_lazy(request),
        }
        for processor in self.backend.template_context_processors:
            values.update(processor(request))
        return values


def environment(**options: Any) -> jinja2.Environment:
    """Values that are not there are empty, as deep as one asks. What stands before a tag on its line is not sent."""
    return jinja2.Environment(
        **{
            **options,
            "autoescape": jinja2.select_autoescape(["html"], default_for_string=True),
            "undefined": jinja2.ChainableUndefined,
            "lstrip_blocks": True,
            "cache_size": -1,
        }
    )
