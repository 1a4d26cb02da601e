"""What crosses the tenant wall for signing in: in which workspaces a person is an active member.

The trade-off: the serving role may ask this for any user's id, and learns ids of workspaces, never a row of one. It
could learn the same by entering each workspace in turn, so the wall is not thinner for it; the wall is there for
queries that forgot their tenant, and this one has nothing to forget. ``selectors.workspaces_of`` is its only caller,
and views pass it ``request.user`` alone.
"""

from __future__ import annotations

from crm.tenants.wall import APP_ROLE

WORKSPACES_OF_USER = """
CREATE OR REPLACE FUNCTION workspaces_of_user(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT tenant_id FROM users_membership WHERE user_id = person AND is_active
$$
"""

STATEMENTS = [
    WORKSPACES_OF_USER,
    "REVOKE ALL ON FUNCTION workspaces_of_user(uuid) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION workspaces_of_user(uuid) TO {APP_ROLE}",
]
