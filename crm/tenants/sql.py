"""What tells that a workspace's setup is no longer as it was.

Rows of models with ``is_setup`` change seldom and are read for every page. A trigger of each of their tables, which
nothing that writes can pass by, gives the workspace a new number with every change. Requests read it together with the
workspace (``crm.users.selectors.workspace_at``), and what was remembered under another number is not used
(``memo.py``).
"""

from __future__ import annotations

from crm.tenants.models import TenantModel
from crm.tenants.wall import tenant_models

# SECURITY DEFINER: the serving role may only read these numbers. They come of a sequence, which a rollback does not
# turn back: no number ever stands for two states.
_SETUP_VERSION = [
    "CREATE SEQUENCE IF NOT EXISTS setup_version",
    """
    CREATE OR REPLACE FUNCTION setup_has_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NULL;
        END IF;
        INSERT INTO tenants_setupversion (tenant_id, number)
        VALUES (coalesce(NEW.tenant_id, OLD.tenant_id), nextval('setup_version'))
        ON CONFLICT (tenant_id) DO UPDATE SET number = EXCLUDED.number;
        RETURN NULL;
    END $$
    """,
]
# Columns are named as arguments, not by UPDATE OF: a column that a trigger names so cannot change its type, and one
# that is added later would not be watched. Only what is not there as it should be is made: making it waits for all who
# write the table.
_TRIGGER = """
    DO $$ BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = '"{table}"'::regclass AND tgname = 'setup_changed'
                AND tgattr::text = '' AND encode(tgargs, 'escape') = '{kept}'
        ) THEN
            CREATE OR REPLACE TRIGGER setup_changed AFTER INSERT OR DELETE OR UPDATE ON "{table}"
            FOR EACH ROW EXECUTE FUNCTION setup_has_changed({arguments});
        END IF;
    END $$
"""


def steps() -> list[list[str]]:
    return [_SETUP_VERSION, *([_trigger(model)] for model in tenant_models() if model.is_setup)]


def _trigger(model: type[TenantModel]) -> str:
    columns = [one.column for one in model._meta.local_fields if one.name in model.is_no_setup]
    return _TRIGGER.format(
        table=model._meta.db_table,
        arguments=", ".join(f"'{one}'" for one in columns),
        kept="".join(f"{one}\\000" for one in columns),  # as PostgreSQL keeps them: each ended by a zero
    )
