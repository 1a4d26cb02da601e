"""Components are drawn by name, wherever their file lies, and see what they are given."""

from __future__ import annotations

import jinja2
import pytest

from crm.ui.components import Components
from crm.ui.jinja import environment

BADGE = "{% macro badge(words, tone='info') -%}<b class=\"{{ tone }}\">{{ words }}{{ page }}</b>{%- endmacro %}"


def environment_of(**files: str) -> jinja2.Environment:
    named = {path.replace("__", "/") + ".html": text for path, text in files.items()}
    env = environment(loader=jinja2.DictLoader(named))
    env.globals["ui"] = Components(env)
    return env


def test_a_component_is_drawn_by_its_name_and_sees_its_arguments_only() -> None:
    env = environment_of(room__components__badge=BADGE)
    drawn = env.from_string("{{ ui.badge('<i>') }} {{ ui.badge('won', tone='success') }}").render(page="Leads")
    assert drawn == '<b class="info">&lt;i&gt;</b> <b class="success">won</b>'


def test_a_name_that_no_component_has_and_one_that_two_have_are_told() -> None:
    with pytest.raises(jinja2.TemplateRuntimeError, match="no component bagde"):
        environment_of(components__badge=BADGE).from_string("{{ ui.bagde('won') }}").render()
    with pytest.raises(jinja2.TemplateRuntimeError, match="same name"):
        environment_of(components__badge=BADGE, room__components__badge=BADGE)
