"""Every template compiles, and says nothing that no vocabulary knows."""

from __future__ import annotations

import pytest
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from jinja2 import nodes
from jinja2.meta import find_referenced_templates

ENGINE = engines["jinja"]


def test_every_template_compiles_and_names_those_that_are_there() -> None:
    templates = ENGINE.load_all()
    assert len(templates) > 250
    for template in templates:
        source, _path, _current = ENGINE.env.loader.get_source(ENGINE.env, template.origin.template_name)
        named = find_referenced_templates(ENGINE.env.parse(source))
        assert all(ENGINE.get_template(name) for name in named if name)


def test_what_is_wrong_with_a_template_is_said() -> None:
    with pytest.raises(TemplateSyntaxError, match="no_such_filter"):
        ENGINE.from_string("{{ 1|no_such_filter }}")
    with pytest.raises(TemplateDoesNotExist):
        ENGINE.get_template("no/such.html")
    with pytest.raises(TemplateDoesNotExist):
        ENGINE.get_template("base.html#nothing")


def test_a_loop_is_not_known_in_what_it_includes() -> None:
    """Jinja2 hands on every name but ``loop``: what is included and asks for it would never be first nor last."""
    for template in ENGINE.load_all():
        name = template.origin.template_name
        tree = ENGINE.env.parse(ENGINE.env.loader.get_source(ENGINE.env, name)[0])
        inside = {id(one) for loop in tree.find_all(nodes.For) for one in loop.find_all(nodes.Name)}
        assert not [one.lineno for one in tree.find_all(nodes.Name) if one.name == "loop" and id(one) not in inside], (
            name
        )


def test_mails_are_no_html() -> None:
    words = {"name": "Ann & Co", "url": "https://angler.example/?a=1&b=2"}
    assert "Hello Ann & Co," in ENGINE.get_template("users/email/address.txt").render(words)
