"""The habits of the house, held by reading the sources."""

from __future__ import annotations

import re

import pytest

from tests.shape.sources import OURS, ROOT, SOURCES, STATIC, TEMPLATES, functions_of, having, name_of, text_of


def test_the_files_are_found() -> None:
    assert len(OURS) > 400 and len(SOURCES) > 700 and len(TEMPLATES) > 150 and len(STATIC) > 20


def test_no_test_finds_in_a_page_what_every_page_carries() -> None:
    """Two looked for "Nothing was saved" in pages, where the words of the scripts hold it, and could not fail."""
    parts = ("parts/bar", "parts/dialogs", "parts/top", "components/person_menu", "components/shortcuts")
    frame = "".join(text_of(ROOT / f"templates/{name}.html") for name in parts)
    carried = [words for words in re.findall(r'_\("(.+?)"', frame) if " " in words]
    sought = r"""assert (?:.* (?:and|or) )?(?:"([^"{}]+)"|'([^'{}]+)') in (?!own_words\()\w"""
    found = [
        f"{name_of(path)}: {hit[0]}: look into tests.own_words"
        for path in SOURCES
        for hit in re.finditer(sought, text_of(path))
        if " " in (hit[1] or hit[2]).strip() and any((hit[1] or hit[2]) in words for words in carried)
    ]
    assert len(carried) > 20 and not found


def test_no_test_waits_for_a_bare_expression() -> None:
    """The page's policy refuses to evaluate one again: such a wait ends well only if it is true at the first look."""
    waits = [path for path in SOURCES if "wait_for_function" in text_of(path)]
    assert len(waits) > 2 and not having(r"""wait_for_function\(\s*f?["'](?!\(|async )""", waits)


def test_every_function_says_what_it_returns() -> None:
    assert not [f"{name_of(path)}:{node.name}" for path in OURS for node in functions_of(path) if node.returns is None]


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"django\.db\.models\.signals|django\.dispatch", "no signals"),
        (r"get_object_or_404|get_list_or_404", "use records.access.get_record"),
        (r"icontains|istartswith|iexact|search_vector|__contains=|__i?regex", "not leakproof"),
        (r"(tenant\w*(\(\))?|row)\.(settings|state)\b|\.settings(\.get\(|\[)", "declare a Setting or a State"),
    ],
)
def test_forbidden_words(pattern: str, why: str) -> None:
    """What would let a write or a fetch go round its one door."""
    assert not having(pattern, OURS), why


def test_views_ask_selectors_and_services() -> None:
    """Pages, by where they stand. What ``crm.pages`` itself keeps is written and read in two of its modules."""
    keepers = {"crm/pages/idempotency.py", "crm/pages/kept.py"}
    views = [
        path
        for path in OURS
        if "views" in (path.parent.name, *path.stem.split("_"))
        or path.name == "setup_pages.py"
        or name_of(path).startswith(("crm/pages/", "crm/ui/"))
    ]
    assert len(views) > 80 and not having(
        r"\.(all_)?objects\b", [path for path in views if name_of(path) not in keepers]
    )


def test_reports_and_home_ask_by_queries() -> None:
    """A number whose condition is written down here has a link in which it is written down again."""
    asking = [path for path in OURS if name_of(path).startswith(("reports/", "crm/home/"))]
    assert len(asking) > 20 and not having(r"\bQ\(|ids_meaning|import .*\bQ\b", asking), "ask by Query and Condition"


def test_celery_lives_in_jobs() -> None:
    others = [path for path in OURS if path.name not in ("jobs.py", "celery.py", "__init__.py")]
    others.remove(ROOT / "crm/local/run.py")
    assert not having(r"from celery|import celery|\.delay\(|\.apply_async\(", others)


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"<style|\sstyle=|\son[a-z]+=\"|javascript:", "the content security policy forbids it"),
        (r"<script(?![^>]*\ssrc=)", "no inline script"),
        (r"\|safe", "nothing stored is trusted"),
    ],
)
def test_templates_keep_the_content_security_policy(pattern: str, why: str) -> None:
    assert not having(pattern, TEMPLATES), why


def test_the_value_side_of_fields_knows_no_html_and_no_form() -> None:
    values = [ROOT / "crm/fields/spec.py", *(ROOT / "crm/fields/kinds").rglob("*.py")]
    assert len(values) > 8
    assert not having(
        r"django import forms|django\.(forms|utils\.(html|safestring))|import .*fields\.look|from crm\.fields\.look|</",
        values,
    )


def test_nothing_depends_on_what_is_not_shipped() -> None:
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    assert not having(re.escape("../shared"), [*OURS, *TEMPLATES, *STATIC, *texts])


def test_record_apps_have_only_the_files_that_a_newcomer_expects() -> None:
    allowed = {
        "__init__.py", "actions.py", "apps.py", "bulk.py", "duplicates.py", "events.py", "field_map.py", "fields.py",
        "filters.py", "forms.py", "headers.py", "jobs.py", "keys.py", "look.py", "models.py",
        "moving.py", "panels.py", "picklists.py", "record.py", "selectors.py", "services.py", "settings.py",
        "setup_forms.py", "setup_pages.py", "sql.py", "urls.py", "views.py", "workflows.py",
    }  # fmt: skip
    folders = {
        "migrations",
        "conversion",
        "intake",
        "management",
        "matching",
        "services",
        "vendors",
        "vetting",
        "__pycache__",
    }
    for app in ("accounts", "accounts/vendors", "contacts", "opportunities", "leads"):
        for path in (ROOT / app).iterdir():
            assert path.name in (folders if path.is_dir() else allowed), name_of(path)
