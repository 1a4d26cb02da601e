"""Tags of a file that nothing here has yet: each is asked about, as every other word is."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Account
from crm.fields.models import Tag
from crm.imports.tag_cells import tags_in
from crm.runs.models import RunState
from crm.tenants.context import tenant_context
from tests import make
from tests.imports.steps import bring_in, download, finished, sent, tenant_of, told
from tests.imports.test_words import Page
from tests.people import Firm, client_of

ROWS = "name,Tags\nOne,Partner; Prtner\nTwo,prtner\nThree,Junk\nFour,Old\nFive,\nSix,Bad;Partner\n"


@pytest.fixture
def partner(firm: Firm) -> Tag:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Known", tags=("Partner", "Old"))
        return Tag.objects.get(name="Partner")


def tags_of(firm: Firm) -> dict[str, list[str]]:
    """By account, its tags."""
    with tenant_context(tenant_of(firm)):
        names = {str(tag.pk): tag.name for tag in Tag.objects.all()}
        found = {one.name: [names[key] for key in one.custom.get("tags", ())] for one in Account.objects.all()}
    return {name: sorted(tags) for name, tags in found.items() if name != "Known"}


def samples(page: Page) -> dict[str, tuple[str, str]]:
    shown = next(some for label, _field, some, _kind in page.answer.context["columns"] if label == "Tags")
    return {one.text: (one.stored, one.problem) for one in shown}


def test_each_unknown_tag_is_mapped_added_left_out_or_refused(firm: Firm, partner: Tag) -> None:
    """By whoever may edit records, a manager too: they make tags there. The dry run tells of what would be added."""
    page = Page(firm, "accounts", ROWS, firm.max)
    assert page.words("tags") == {"Prtner": (2, "Partner"), "Junk": (1, ""), "Bad": (1, "")}
    assert [value for value, _label in page.question("tags").actions] == ["add", "empty", "refuse"]
    assert "Tags: what do these words mean?" in told(page.answer)
    asked = ("", "asked below")
    assert samples(page) == {"Partner; Prtner": asked, "prtner": asked, "Junk": asked, "Old": ("", "")}
    for button in ("import", "dry_run"):
        assert "“Tags”: something is asked below." in told(page.refused(page.columns() | {button: "1"}))
    data = page.columns() | {
        "word_tags": ["Prtner", "Junk", "Bad"],
        "answer_tags": [f"use:{partner.pk}", "add", "refuse"],
    }
    page.answer = page.client.post(page.address, data | {"update": "1"}, follow=True)
    assert samples(page) == {
        "Partner; Prtner": ("Partner", ""), "prtner": ("Partner", ""), "Junk": ("Junk (new)", ""), "Old": ("", ""),
    }  # fmt: skip
    tried = finished(firm, page.send(data | {"dry_run": "1"}))
    assert (tried.created_count, tried.refused_count, tried.added) == (5, 1, {"tags": ["Junk"]})
    page = Page(firm, "accounts", ROWS, firm.max)
    data |= {"answer_tags": [f"use:{partner.pk}", "add", "empty"]}
    run = finished(firm, page.send(data))
    assert (run.created_count, run.refused_count, run.added) == (6, 0, {"tags": ["Junk"]})
    assert "What was added beside the rows" in told(page.client.get(f"/acme/imports/{run.pk}/"))
    assert tags_of(firm) == {
        "One": ["Partner"], "Two": ["Partner"], "Three": ["Junk"], "Four": ["Old"], "Five": [], "Six": ["Partner"],
    }  # fmt: skip


def test_a_row_with_a_refused_tag_is_told_why(firm: Firm, partner: Tag) -> None:
    run = bring_in(firm, "accounts", ROWS, unknown="refuse")
    assert (run.created_count, run.refused_count, run.added) == (4, 2, {})
    assert "Tags: There is no tag “Bad”." in download(firm, run)


def test_a_tag_that_is_left_out_leaves_what_a_record_has(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Kestrel", tags=("Old",))
        make.account(firm.ada, name="Heron", tags=("Old",))
    page = Page(firm, "accounts", "name,tags\nKestrel,Junk\nHeron,\n")
    run = finished(firm, page.send(page.columns() | {"others_tags": "empty", "clear_empty": "on"}))
    assert (run.updated_count, run.refused_count) == (1, 0)
    assert tags_of(firm) == {"Kestrel": ["Old"], "Heron": []}


def test_nothing_is_added_that_nobody_has_accepted(firm: Firm) -> None:
    """Nor by an import that was started with other answers, or whose tag was deleted meanwhile."""
    page = Page(firm, "accounts", "name,tags\nOne,VIP\nTwo,\n")
    page.refused(page.columns() | {"word_tags": ["Else"], "answer_tags": ["add"]})
    with tenant_context(tenant_of(firm)):
        run = page.run()
        run.answers, run.state = {"tags": {"else": "add"}}, RunState.QUEUED
        run.save()
    run = finished(firm, run)
    assert (run.created_count, run.refused_count) == (1, 1)
    with tenant_context(tenant_of(firm)):
        assert not Tag.objects.exists()


def test_the_same_file_again_starts_with_the_answers(firm: Firm, partner: Tag) -> None:
    page = Page(firm, "accounts", ROWS)
    data = {"word_tags": ["Prtner", "Junk", "Bad"], "answer_tags": [f"use:{partner.pk}", "add", "empty"]}
    finished(firm, page.send(page.columns() | data))
    again = Page(firm, "accounts", ROWS)
    assert again.words("tags") == {"Prtner": (2, "Partner"), "Bad": (1, "Leave the tag out")}
    assert not again.question("tags").is_open
    run = finished(firm, again.send(sent(again.answer)))
    assert (run.unchanged_count, run.created_count, run.refused_count) == (6, 0, 0)
    client = client_of(firm.ada)
    client.post(firm.url("setup:tag_deletion", id=partner.pk), {"confirmation": "Partner"})
    gone = Page(firm, "accounts", ROWS).question("tags")
    assert {word.text: word.gone for word in gone.words if word.gone} == {
        "Prtner": "Your earlier answer, “Partner”, is no longer available. Choose again."
    }


def test_what_no_tag_can_be_called_is_not_offered_to_be_added(firm: Firm) -> None:
    page = Page(firm, "accounts", f"name,tags\nOne,{'x' * 51}\n")
    [word] = page.question("tags").words
    assert word.remarks == ["A tag is at most 50 characters long."]
    assert (
        'value="add"' not in page.answer.content.decode().partition('id="answer-tags-0"')[2].partition("</select>")[0]
    )
    run = finished(firm, page.send(page.columns() | {"word_tags": [word.text], "answer_tags": ["empty"]}))
    assert run.created_count == 1


def test_many_unknown_tags_have_pages_and_one_answer_for_the_rest(firm: Firm) -> None:
    """And of many that are here, the one that is meant is typed."""
    with tenant_context(firm.tenant):
        for part in range(2):
            make.account(firm.ada, name=f"Known {part}", tags=tuple(f"here {part} {n}" for n in range(40)))
    rows = "".join(f'Firm {n},"new {n}; new {(n + 1) % 90}"\n' for n in range(90))
    page = Page(firm, "accounts", f"name,tags\n{rows}")
    question = page.question("tags")
    assert (len(question.words), question.hidden, question.hidden_rows, question.existing) == (40, 50, 100, ())
    assert question.page.next == 2 and question.is_typed
    page.answer = page.client.get(f"{page.address}?page_tags=2")
    assert len(page.question("tags").words) == 40
    data: dict[str, Any] = page.columns() | {"word_tags": ["new 1"], "answer_tags": [""], "others_tags": "add"}
    assert "There is no tag “nowhere”." in told(page.refused(data | {"typed_tags": ["nowhere"]}))
    run = finished(firm, page.send(data | {"typed_tags": ["HERE 1 7"]}))
    assert (run.created_count, run.refused_count, len(run.added["tags"])) == (90, 0, 89)
    assert tags_of(firm)["Firm 1"] == ["here 1 7", "new 2"]


def test_a_tag_that_is_typed_for_all_rows_is_accepted_and_told(firm: Firm) -> None:
    """It was made, and not among what would be added; and not by rows that are refused."""
    for how, name, added in (("dry_run", "Kestrel", ["Fair"]), ("import", "Kestrel", ["Fair"]), ("import", "", [])):
        run = bring_in(
            firm, "accounts", f"name,city\n{name},Ulm\n", **{how: "1", "fixed_tags": "Fair" if name else "Else"}
        )
        assert (run.added.get("tags", []), run.created_count) == (added, len(added))
    with tenant_context(tenant_of(firm)):
        assert [tag.name for tag in Tag.objects.all()] == ["Fair"]


def test_the_labels_of_google_are_tags_of_their_own(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        assert tags_in("* friends ::: Clients ::: * myContacts ::: * starred") == ("* friends", "Clients")


def test_the_groups_that_google_makes_by_itself_are_no_tags(firm: Firm) -> None:
    page = Page(firm, "contacts", "First Name,Last Name,Labels\nAl,A,Clients ::: * myContacts\nBo,B,* myContacts\n")
    assert [*page.words("tags")] == ["Clients"]
    said = told(page.answer)
    assert "* myContacts → left empty" in said and "“ Labels: Google’s own groups ” (2 cells)" in said
    run = finished(firm, page.send(sent(page.answer)))
    assert (run.created_count, run.added["tags"]) == (2, ["Clients"])


def test_a_tag_that_is_called_as_google_writes_stays_one(firm: Firm) -> None:
    """Where the workspace has it; a row that names it does not take it off."""
    own = ("* starred", "a:::b", "VIP")
    with tenant_context(firm.tenant):
        make.account(firm.ada, name="Two", external_id="2", tags=own)
    page = Page(firm, "accounts", "external id,name,Tags\n2,Two,* Starred; VIP; a:::b; * myContacts\n")
    assert "Google’s own groups ” (1 cell)" in told(page.answer) and not page.questions.words
    finished(firm, page.send(sent(page.answer)))
    assert tags_of(firm) == {"Two": sorted(own)}
