"""The database keeps added up how many opportunities there are, and what they add up to: whoever writes them, and all.

A statement that writes opportunities adds rows to ``opportunities_opportunitysum``, one for each kind that grew or
shrank by it. It changes none, so that nobody waits for anybody: what a kind amounts to is the sum of its rows.
``services/sums.py`` puts them together now and then.
"""

from __future__ import annotations

KIND = "tenant_id, stage_id, owner_id, team_id, currency"
NUMBERS = "number, valued, amount, weighted"
ADDED = ", ".join(f"sum({name})" for name in NUMBERS.split(", "))
SOMETHING = f"({ADDED}) <> (0, 0, 0, 0)"

# Weighted as ``crm.queries.measures.share`` does it: a half goes to the even neighbour.
ROWS = f"""
    SELECT {KIND}, {{sign}} AS number, {{sign}} * (amount_minor IS NOT NULL)::int AS valued,
           {{sign}} * coalesce(amount_minor, 0)::numeric AS amount,
           {{sign}} * coalesce(CASE WHEN abs(mod(amount_minor::numeric * probability, 100)) = 50
                                    THEN 2 * round(amount_minor::numeric * probability / 200)
                                    ELSE round(amount_minor::numeric * probability / 100) END, 0) AS weighted
      FROM {{table}} WHERE deleted_at IS NULL
"""
_ADD = f"""
    INSERT INTO opportunities_opportunitysum (id, {KIND}, {NUMBERS})
    SELECT gen_random_uuid(), {KIND}, {ADDED} FROM ({{rows}}) AS written GROUP BY {KIND} HAVING {SOMETHING};
"""
_COME, _GONE = ROWS.format(table="come", sign="1"), ROWS.format(table="gone", sign="-1")
_FUNCTION = f"""
    CREATE OR REPLACE FUNCTION keep_opportunity_sums() RETURNS trigger
    LANGUAGE plpgsql SET search_path = public AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {_ADD.format(rows=_COME)}
        ELSIF TG_OP = 'DELETE' THEN
            {_ADD.format(rows=_GONE)}
        ELSE
            {_ADD.format(rows=f"{_COME} UNION ALL {_GONE}")}
        END IF;
        RETURN NULL;
    END
    $$
"""
_WRONG = f"""
    SELECT {KIND}, {ADDED} FROM (
        {ROWS.format(table="opportunities_opportunity", sign="1")} {{only}}
        UNION ALL
        SELECT {KIND}, -number, -valued, -amount, -weighted FROM opportunities_opportunitysum WHERE true {{only}}
    ) AS both_sides GROUP BY {KIND} HAVING {SOMETHING}
"""
_MEND = f"""
    INSERT INTO opportunities_opportunitysum (id, {KIND}, {NUMBERS})
    SELECT gen_random_uuid(), * FROM ({_WRONG}) AS missing
"""
_OF_ONE = "AND tenant_id = %(tenant)s"
WRONG = _WRONG.format(only=_OF_ONE)
# One statement sees opportunities and sums of the same moment, and those who write in the meantime add what they
# change. Only two that mend at once would add the same twice.
MEND = _MEND.format(only=_OF_ONE)
FILL = f"{_MEND.format(only='')};"
# Against writing, not against reading.
LOCK = "LOCK TABLE opportunities_opportunity, opportunities_opportunitysum IN SHARE ROW EXCLUSIVE MODE;"
# Where they are not there yet, they begin with what there is.
_TRIGGERS = f"""
    DO $$ BEGIN
        IF NOT EXISTS (
            SELECT FROM pg_trigger
             WHERE tgrelid = 'opportunities_opportunity'::regclass AND tgname = 'keep_sums_of_new'
        ) THEN
            {LOCK}
            CREATE TRIGGER keep_sums_of_new AFTER INSERT ON opportunities_opportunity
            REFERENCING NEW TABLE AS come FOR EACH STATEMENT EXECUTE FUNCTION keep_opportunity_sums();
            CREATE TRIGGER keep_sums_of_changed AFTER UPDATE ON opportunities_opportunity
            REFERENCING OLD TABLE AS gone NEW TABLE AS come
            FOR EACH STATEMENT EXECUTE FUNCTION keep_opportunity_sums();
            CREATE TRIGGER keep_sums_of_gone AFTER DELETE ON opportunities_opportunity
            REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION keep_opportunity_sums();
            {FILL}
        END IF;
    END $$
"""
STATEMENTS = [_FUNCTION, _TRIGGERS]
