"""The database notes what is written while an act's changes are kept (``keeping.py``): whoever writes it, and all."""

from __future__ import annotations

from crm.tenants.wall import tenant_models

# A row that this part of the act has written before keeps its first ``before`` and gets the last ``after``.
_FUNCTION = """
    CREATE OR REPLACE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
    DECLARE
        was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
        became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, became -> key) INTO was, became
              FROM jsonb_each(was) WHERE value IS DISTINCT FROM became -> key;
            IF was IS NULL THEN
                RETURN NULL;
            END IF;
        END IF;
        INSERT INTO undo_change AS kept (tenant_id, id, act, part, "table", "row", before, after)
        VALUES (
            coalesce(NEW.tenant_id, OLD.tenant_id), gen_random_uuid(),
            split_part(current_setting('app.act'), ' ', 1)::uuid, split_part(current_setting('app.act'), ' ', 2)::uuid,
            TG_TABLE_NAME, coalesce(NEW.id, OLD.id), was, became
        )
        ON CONFLICT (tenant_id, act, part, "table", "row") DO UPDATE SET
            before = coalesce(EXCLUDED.before, '{}') || kept.before,  -- NULL: the act made it
            after = coalesce(kept.after, '{}') || EXCLUDED.after;  -- NULL: the act deleted it
        RETURN NULL;
    END
    $$
"""
# Only what is not there yet is made: making it waits for all who write the table.
_TRIGGER = """
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '"{table}"'::regclass AND tgname = 'keep_change') THEN
            CREATE TRIGGER keep_change AFTER INSERT OR UPDATE OR DELETE ON "{table}" FOR EACH ROW
            WHEN (current_setting('app.act', true) <> '') EXECUTE FUNCTION keep_change();
        END IF;
    END $$
"""


def steps() -> list[list[str]]:
    tables = [model._meta.db_table for model in tenant_models() if model.keeps_changes]
    return [[_FUNCTION], *([_TRIGGER.format(table=table)] for table in sorted(tables))]
