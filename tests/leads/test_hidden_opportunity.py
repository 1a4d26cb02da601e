"""A lead's lists, files and panel do not name an opportunity that the viewer may not see."""

from __future__ import annotations

import csv
import io

from crm.tenants.context import tenant_context
from crm.users.models import Role
from leads.conversion import ConversionPlan, convert_lead, new
from opportunities.models import Opportunity
from tests import make
from tests.people import Firm, client_of

NAME = "Secret renewal of the depot"
LIST = "?filters=none&columns=name,opportunity,opportunity_stage"


def seen(firm: Firm, person: str, lead_id: object) -> dict[str, bool]:
    """Where somebody reads the opportunity's name, or its stage in the file of the list."""
    client = client_of(getattr(firm, person))
    panel = client.get(f"/acme/leads/{lead_id}/").content.decode().split("Converted into")[1].split("</section>")[0]
    found = {"list": client.get(f"/acme/leads/{LIST}").content.decode(), "panel": panel}
    file = client.get(f"/acme/leads/export/{LIST}")
    if file.status_code == 200:
        [row] = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig")))
        found["file"] = f"{row['opportunity']} {row['opportunity_stage'] and NAME}"
    return {place: NAME in text for place, text in found.items()}


def test_an_opportunity_given_to_somebody_else_is_not_named(firm: Firm) -> None:
    with tenant_context(firm.tenant):
        role = Role.objects.get(pk=firm.sam.role_id)
        role.access["opportunities"]["view"] = "own"
        role.can_export = True
        role.save(update_fields=["access", "can_export"])
        lead = make.lead(firm.sam)
        plan = ConversionPlan(account=new(), contact=new(), opportunity=new(name=NAME))
        opportunity = convert_lead(lead_id=lead.pk, actor=firm.sam, plan=plan).opportunity
    before = seen(firm, "sam", lead.pk)
    assert before["list"] and before["panel"] and before["file"]
    with tenant_context(firm.tenant):
        Opportunity.objects.filter(pk=opportunity.pk).update(owner=firm.ana, team=firm.ana.team)
    assert not any(seen(firm, "sam", lead.pk).values())
    assert seen(firm, "ada", lead.pk) == before
