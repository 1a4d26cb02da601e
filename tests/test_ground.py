"""The floor under all other tests: the workspaces stand, and outside them nothing can be read."""

import pytest

from crm.tenants.context import NoTenantError, tenant_context
from crm.users.models import Membership
from tests.people import Firm


def test_only_inside_a_workspace_can_its_rows_be_read(firm: Firm, other_firm: Firm) -> None:
    with pytest.raises(NoTenantError):
        Membership.objects.count()
    with tenant_context(firm.tenant):
        assert Membership.objects.count() == 5
        assert not Membership.objects.filter(pk=other_firm.ada.pk).exists()
