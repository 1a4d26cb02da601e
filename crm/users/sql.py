"""What crosses the tenant wall for signing in: in which workspaces a person is an active member, in which
they were deactivated, and whether they are a member, active or not, of any other than the current one (yes or no, and
not of which).

The trade-off: the serving role may ask this for any user's id, and learns ids of workspaces, never a row of one. It
could learn the same by entering each workspace in turn, so the wall is not thinner for it; the wall is there for
queries that forgot their tenant, and these have nothing to forget. ``selectors.workspaces_of``, ``workspace_at``,
``workspaces_closed_to`` and ``is_member_elsewhere`` are their only callers.
"""

from __future__ import annotations

from crm.tenants.wall import APP_ROLE

WORKSPACES_OF_USER = """
CREATE OR REPLACE FUNCTION workspaces_of_user(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT tenant_id FROM users_membership WHERE user_id = person AND is_active
$$
"""

CLOSED_TO_USER = """
CREATE OR REPLACE FUNCTION workspaces_closed_to_user(person uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT tenant_id FROM users_membership WHERE user_id = person AND NOT is_active
$$
"""

MEMBER_ELSEWHERE = """
CREATE OR REPLACE FUNCTION is_member_elsewhere(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (
        SELECT FROM users_membership
        WHERE user_id = person AND tenant_id <> current_setting('app.tenant')::uuid
    )
$$
"""

STATEMENTS = [
    WORKSPACES_OF_USER,
    CLOSED_TO_USER,
    "REVOKE ALL ON FUNCTION workspaces_closed_to_user(uuid) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION workspaces_closed_to_user(uuid) TO {APP_ROLE}",
    MEMBER_ELSEWHERE,
    "REVOKE ALL ON FUNCTION is_member_elsewhere(uuid) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION is_member_elsewhere(uuid) TO {APP_ROLE}",
    "REVOKE ALL ON FUNCTION workspaces_of_user(uuid) FROM PUBLIC",
    f"GRANT EXECUTE ON FUNCTION workspaces_of_user(uuid) TO {APP_ROLE}",
]
