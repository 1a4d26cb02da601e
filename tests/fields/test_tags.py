"""Tags on records of all types: typed, shown, filtered by, imported, exported, told, renamed, deleted, copied."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.fields.models import Tag, TagLink
from crm.fields.tags import ensure_tags, split_names
from crm.tenants.context import tenant_context
from tests import make
from tests.fields.own import fresh, names_in
from tests.fields.test_custom import bring_in
from tests.own_words import tight
from tests.people import Firm, client_of

TYPES = ["leads", "accounts", "contacts", "opportunities"]
MAKE: dict[str, Any] = {
    "leads": make.lead,
    "accounts": make.account,
    "contacts": make.contact,
    "opportunities": make.opportunity,
}


def tag_id(firm: Firm, name: str) -> str:
    with tenant_context(fresh(firm)):
        return str(Tag.objects.get(name=name).pk)


@pytest.mark.parametrize("key", TYPES)
def test_tags_are_on_records_of_every_type(firm: Firm, key: str) -> None:
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        record, other = MAKE[key](firm.ana), MAKE[key](firm.ana, tags=("Other",))
    edit = ana.get(firm.url(f"{key}:edit", record_id=record.pk))
    assert "tags" in edit.context["form"].fields
    place = firm.url(f"{key}:field", record_id=record.pk, name="tags")
    assert ana.post(place, {"tags": " VIP , trade  show; vip"}).status_code == 303
    page = ana.get(firm.url(f"{key}:record", record_id=record.pk)).content.decode()
    for name in ("VIP", "trade show"):
        assert f'<span class="badge tone-neutral">{name}</span>' in page
    assert "changed Tags from empty to trade show, VIP" in page
    with CaptureQueriesContext(connection) as asked:
        listed = ana.get(f"{firm.url(f'{key}:list')}?tags={tag_id(firm, 'VIP')}&columns=name,tags")
    assert [row.record.pk for row in listed.context["rows"]] == [record.pk]
    assert not any(sign in one["sql"] for one in asked for sign in ("@>", "->", "jsonb_"))
    assert "Tags is <b>VIP</b>" in " ".join(listed.content.decode().split())
    either = f"tags={tag_id(firm, 'VIP')},{tag_id(firm, 'Other')}"
    assert len(ana.get(f"{firm.url(f'{key}:list')}?{either}").context["rows"]) == 2
    rest = ana.get(f"{firm.url(f'{key}:list')}?tags__not={tag_id(firm, 'VIP')}").context["rows"]
    assert [row.record.pk for row in rest] == [other.pk]
    assert not ana.get(f"{firm.url(f'{key}:list')}?tags__empty=yes").context["rows"]
    exported = ana.get(f"{firm.url(f'{key}:export')}?filters=none&columns=name,tags").content.decode("utf-8-sig")
    assert {row["tags"] for row in csv.DictReader(io.StringIO(exported))} == {"trade show, VIP", "Other"}
    assert ana.post(place, {"tags": ""}).status_code == 303
    assert not ana.get(f"{firm.url(f'{key}:list')}?tags={tag_id(firm, 'VIP')}").context["rows"]


def test_the_same_tags_written_otherwise_change_nothing(firm: Firm) -> None:
    from crm.events.models import Event

    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana, tags=("VIP", "Émile"))
        before = Event.objects.count()
    ana.post(firm.url("accounts:field", record_id=account.pk, name="tags"), {"tags": "emile,vip"})
    with tenant_context(fresh(firm)):
        assert Event.objects.count() == before
        assert sorted(Tag.objects.values_list("name", flat=True)) == ["VIP", "Émile"]


def test_known_tags_are_offered(firm: Firm) -> None:
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        make.account(firm.ana, tags=("VIP",))
    page = tight(ana.get(firm.url("leads:new")).content.decode())
    assert 'list="id_tags_words"' in page
    assert '<datalist id="id_tags_words"><option value="VIP"></option></datalist>' in page


def test_files_bring_tags(firm: Firm) -> None:
    """Those that are not here yet once they were accepted (``imports/test_tag_words.py``), each once for all rows."""
    rows = "".join(f'Firm {number},"VIP; tag {number % 7}"\n' for number in range(1100))
    tried = bring_in(firm, f"name,Tags\n{rows}", dry_run=True)
    assert (tried.created_count, tried.refused_count) == (1100, 0)
    with tenant_context(fresh(firm)):
        assert not Tag.objects.exists()
        assert len(tried.added["tags"]) == 8
    job = bring_in(firm, f"name,Tags\n{rows}")
    assert (job.created_count, job.refused_count) == (1100, 0)
    with tenant_context(fresh(firm)):
        assert Tag.objects.count() == 8
        assert TagLink.objects.count() == 2200
    assert len(names_in(client_of(firm.ana), firm, f"tags={tag_id(firm, 'tag 3')}")) == 50


def test_a_refused_row_leaves_the_others_their_tags(firm: Firm) -> None:
    job = bring_in(firm, "name,Tags,employees\nBad,fresh,many\n,fresh,3\nGood,fresh,4\n")
    assert (job.created_count, job.refused_count) == (1, 2)
    assert names_in(client_of(firm.ana), firm, f"tags={tag_id(firm, 'fresh')}") == ["Good"]


def test_what_cannot_be_a_tag_is_refused(firm: Firm) -> None:
    ana = client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana)
    place = firm.url("accounts:field", record_id=account.pk, name="tags")
    for typed in ("x" * 51, ", ".join(f"tag {number}" for number in range(51))):
        assert ana.post(place, {"tags": typed}).status_code == 422
    assert ana.post(place, {"tags": "a\x00b"}).status_code == 400  # broken text, refused in one place
    with tenant_context(fresh(firm)):
        assert not Tag.objects.exists()
    assert ana.post(place, {"tags": "x" * 50}).status_code == 303


def test_names_are_split(inside: Firm) -> None:
    assert split_names(" a ,b;;A\n c  d,") == ("a", "b", "c d")
    assert split_names("") == split_names(" , ;") == ()
    with pytest.raises(ValidationError):
        ensure_tags(("a,b",))


def test_an_admin_renames_a_tag_on_all_records_at_once(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana, tags=("VIP",))
        make.lead(firm.ana, tags=("vip", "Else"))
    vip = tag_id(firm, "VIP")
    assert {row["tag"].name: row["used"] for row in ada.get(firm.url("setup:tags")).context["rows"]} == {
        "Else": 1,
        "VIP": 2,
    }
    assert ada.post(firm.url("setup:tag", id=vip), {"name": " else "}).status_code == 422
    assert ada.post(firm.url("setup:tag", id=vip), {"name": "Key  account"}).status_code == 303
    page = ana.get(firm.url("accounts:record", record_id=account.pk)).content.decode()
    assert '<span class="badge tone-neutral">Key account</span>' in page
    assert "VIP" in ana.get(firm.url("accounts:history", record_id=account.pk)).content.decode()
    assert len(names_in(ana, firm, f"tags={vip}")) == 1


def test_an_admin_deletes_a_tag_after_typing_its_name(firm: Firm) -> None:
    ada, ana = client_of(firm.ada), client_of(firm.ana)
    with tenant_context(fresh(firm)):
        account = make.account(firm.ana, tags=("VIP", "Else"))
    deletion = firm.url("setup:tag_deletion", id=tag_id(firm, "VIP"))
    assert "1 record has this tag" in ada.get(deletion).content.decode()
    assert ada.post(deletion, {"confirmation": "Else"}).status_code == 422
    assert ada.post(deletion, {"confirmation": "vip"}).status_code == 303
    assert "VIP" not in ana.get(firm.url("accounts:edit", record_id=account.pk)).content.decode()
    ana.post(firm.url("accounts:field", record_id=account.pk, name="tags"), {"tags": "Else, VIP"})
    with tenant_context(fresh(firm)):
        account.refresh_from_db()
        assert len(account.custom["tags"]) == 2
        assert TagLink.objects.count() == 2


def test_another_workspace_has_tags_of_its_own(firm: Firm, other_firm: Firm) -> None:
    with tenant_context(fresh(firm)):
        make.account(firm.ana, tags=("Secret",))
    gus = client_of(other_firm.ada)
    assert "Secret" not in gus.get("/globex/accounts/new/").content.decode()
    assert gus.get(f"/globex/setup/tags/{tag_id(firm, 'Secret')}/").status_code == 404
    assert client_of(firm.ada).get(firm.url("setup:tag", id=tag_id(firm, "Secret"))).status_code == 200
    answer = gus.get(f"/globex/accounts/?tags={tag_id(firm, 'Secret')}")
    assert "Secret" not in answer.content.decode()
    assert "a tag that is gone" in answer.content.decode()
