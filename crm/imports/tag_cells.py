"""A cell of tags names several: each that is not here yet is a word of its own, with an answer of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.fields.models import Tag
from crm.fields.tags import new_tags, split_names, tag_called
from crm.imports.answers import EMPTY, Answers, answer_of, is_adding, meant, used_id

_OF_GOOGLE = ":::"  # between the labels of a contact
_GROUPS_OF_GOOGLE = re.compile(r"\* ?(?:my ?contacts|starred)", re.IGNORECASE)  # nobody has put anybody into them


def tags_in(text: str) -> tuple[str, ...]:
    """The tags that a cell names, each once; none of the groups that Google's address book makes by itself."""
    return tuple(name for name in _names_in(text) if not _is_of_google(name))


def has_groups_of_google(text: str) -> bool:
    return any(map(_is_of_google, _names_in(text)))


def _names_in(text: str) -> tuple[str, ...]:
    """A tag that is here is one, however it is written."""
    names = split_names(text)
    if _OF_GOOGLE not in text:
        return names
    return split_names(",".join(name if tag_called(name) else name.replace(_OF_GOOGLE, ",") for name in names))


def _is_of_google(name: str) -> bool:
    return _GROUPS_OF_GOOGLE.fullmatch(name) is not None and tag_called(name) is None


def as_cell(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names)


def known_tag(text: str) -> Tag:
    """The tag that is called so; raises ``ValidationError`` where none is."""
    found = tag_called(text)
    if found is None:
        raise ValidationError(_("There is no tag “%(text)s”.") % {"text": text})
    return found


def why_no_tag(text: str) -> str:
    """Why nothing can be tagged with the text; "" where that can be."""
    try:
        new_tags((text,))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def with_answers(answers: Answers, field: str, text: str, used: Callable[[str], Tag]) -> str:
    """What the cell's tag ``text`` comes to by what the importer has said: "" where it is left out; raises
    ``ValidationError`` where nobody has accepted it. ``used``: the tag that ``use:…`` stands for."""
    text = meant(answers, field, text)
    if tag_called(text) is not None:
        return text
    answer = answer_of(answers, field, text)
    if used_id(answer):
        return used(answer).name
    if answer == EMPTY:
        return ""
    return text if is_adding(answer) else known_tag(text).name
