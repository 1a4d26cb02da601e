"""Finding records by a part of a name, company, e-mail or phone, in the database.

Why functions with the owner's rights: row-level security evaluates its policy before any operator that is not
leakproof, and ``LIKE`` is not, so for the serving role a trigram index is switched off (0.7 ms become 1.3 s on
500,000 rows). ``SECURITY DEFINER`` takes the policy away, so each function filters by ``app.tenant`` itself: without
one it finds nothing. It returns ids only; the rows are fetched by ordinary queries, behind the wall and access rules.

The index starts with the tenant (btree_gin): a small workspace pays for its own rows, not for its big neighbours'.
"""

from __future__ import annotations

from dataclasses import dataclass

from crm.tenants.wall import APP_ROLE, TENANT_SQL

MOST_HITS = 5000  # looked at for one search; who gets so many has to say more
MOST_ACCOUNTS = 300  # looked at for one word: "gmbh" is in the names of thousands


@dataclass(frozen=True)
class Searched:
    """A record type's table, the expressions over it that are searched together, and its key columns."""

    key: str
    table: str
    parts: tuple[str, ...]
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    at_account: bool = False  # found by the words of its account, too

    @property
    def document(self) -> str:
        """One text per record. Words need not stand side by side: "ana acme" finds Ana at Acme."""
        return "(" + " || ' ' || ".join(self.parts) + ")"

    @property
    def function(self) -> str:
        return f"search_{self.key}"


# Without apostrophes, as patterns are: O'Brien is found as obrien, too.
NAME = "replace(sort_name, '''', '')"
COMPANY = "translate(lower(company), '''’', '')"


def _several(column: str) -> str:
    """The digits of a field that may hold several numbers: its key is that of the first."""
    return f"CASE WHEN {column} ~ '[/;,|]' THEN regexp_replace({column}, '[^0-9/;,|]', '', 'g') ELSE '' END"


PHONES, MOBILES = _several("phone"), _several("mobile")

SEARCHED = (
    Searched(
        "leads",
        "leads_lead",
        # company_key leaves out legal forms and accents, lower(company) is what people read.
        (NAME, COMPANY, "company_key", "email_key", "phone_key", PHONES),
        emails=("email_key",),
        phones=("phone_key",),
    ),
    Searched("accounts", "accounts_account", (NAME, "domain", "phone_key", PHONES), phones=("phone_key",)),
    Searched(
        "contacts",
        "contacts_contact",
        (NAME, "email_key", "phone_key", "mobile_key", PHONES, MOBILES),
        emails=("email_key",),
        phones=("phone_key", "mobile_key"),
        at_account=True,
    ),
    Searched("opportunities", "opportunities_opportunity", (NAME,), at_account=True),
)
ACCOUNTS = next(one for one in SEARCHED if one.key == "accounts")

INDEX, OLD_INDEXES = "search_4", ("search", "search_2", "search_3")

# wanted: what was typed, as a sort key. patterns: one LIKE pattern for each of its words, the longest first; none when
# every word is too short for trigrams: then only names that start with it are found. numbers: the same with the digits
# alone in place of words that look like a part of a phone number; none when that makes no difference.
# scope, me, teams, mates: the reach of who asks (crm/users/access.py), so that the hits which are counted and capped
# are theirs. It only narrows: access is still checked where the rows are fetched. account_scope: the same of accounts,
# so that nobody learns from a hit which account a record has that is hidden from them.
ARGUMENTS = (
    "wanted text, patterns text[], numbers text[], scope text, account_scope text, me uuid, teams uuid[], mates uuid[],"
    " most integer, skip integer"
)
ARGUMENT_TYPES = "text, text[], text[], text, text, uuid, uuid[], uuid[], integer, integer"
OLD_TYPES = "text, text[], text[], text, uuid, uuid[], uuid[], integer, integer"

# Two patterns stand on their own because the index cannot serve ALL (array).
# MATERIALIZED and capped: sorting directly makes the planner walk the name index through all rows instead (159 ms).
FUNCTION = """
CREATE OR REPLACE FUNCTION {function}({arguments}) RETURNS TABLE (record_id uuid, rank integer, hits bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    here uuid := {tenant};
    longest text := patterns[1];
    second text := coalesce(patterns[2], longest);
    -- The index is of no use for a shorter one
    long_enough text[] := ARRAY (SELECT one FROM unnest(patterns) one WHERE length(one) > 4 OR one = longest);
{declared}BEGIN{before}
    RETURN QUERY
    WITH starting AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL AND r.sort_name ^@ wanted AND {reach}
         LIMIT {most_hits}
    ), containing AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL
           AND {document} LIKE longest AND {document} LIKE second AND {document} LIKE ALL (patterns) AND {reach}
         LIMIT {most_hits}
    ), numbered AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL AND cardinality(numbers) > 0
           AND {document} LIKE numbers[1] AND {document} LIKE ALL (numbers) AND {reach}
         LIMIT {most_hits}
    ){at_account}, found AS (
        SELECT * FROM starting UNION SELECT * FROM containing UNION SELECT * FROM numbered{or_at_account}
    ), ranked AS (
        SELECT id, sort_name,
               CASE WHEN sort_name = wanted THEN 0
                    WHEN sort_name ^@ wanted THEN 1
                    WHEN position(' ' || wanted IN sort_name) > 0 THEN 2
                    ELSE 3 END AS place
          FROM found
    )
    SELECT ranked.id, ranked.place, {hits} FROM ranked
     ORDER BY place, sort_name, id LIMIT most OFFSET skip;
END
$$
"""

# Every word must occur in the record or in its account's name or domain, one at least in the latter. Two ways lead
# there: from the few accounts with a word, and, where a word is in too many accounts to go through ("gmbh"), from the
# records with another word, or from the accounts with all. Ids are gathered word by word, so that each statement has
# few patterns for the index and a LIMIT, and none depends on statistics: who has just imported has none yet.
# ``hits`` below zero says that something was cut off.
DECLARED = """    word text;
    ids uuid[];
    at_accounts uuid[] := '{}';
    candidates uuid[] := '{}';
    common integer := 0;
    is_cut boolean := false;
"""
GATHERED = """
    IF account_scope <> 'none' THEN
        FOREACH word IN ARRAY long_enough LOOP
            ids := ARRAY ({accounts} AND {account_document} LIKE word LIMIT {most_accounts} + 1);
            common := common + (cardinality(ids) > {most_accounts})::int;
            at_accounts := at_accounts || ids[:{most_accounts}];
        END LOOP;
    END IF;
    IF common > 0 AND common = cardinality(long_enough) THEN
        ids := ARRAY (
            {accounts} AND {account_document} LIKE longest AND {account_document} LIKE second
                AND {account_document} LIKE ALL (long_enough)
             LIMIT {most_accounts} + 1);
        is_cut := cardinality(ids) > {most_accounts};
        at_accounts := at_accounts || ids[:{most_accounts}];
    END IF;
    IF common > 0 AND cardinality(patterns) > 1 THEN
        FOREACH word IN ARRAY long_enough LOOP
            candidates := candidates || ARRAY (
                {records} AND {document} LIKE word AND r.account_id IS NOT NULL
                 LIMIT {most_hits} - cardinality(candidates));
        END LOOP;
        is_cut := is_cut OR cardinality(candidates) = {most_hits};
    END IF;
    ids := ARRAY ({records} AND r.account_id = ANY (at_accounts) LIMIT {most_hits});
    is_cut := is_cut OR cardinality(ids) = {most_hits};
    candidates := candidates || ids;"""
ROWS = "SELECT r.id FROM {table} r WHERE r.tenant_id = here AND r.deleted_at IS NULL AND {reach}"
AT_ACCOUNT = """, at_account AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
          JOIN (SELECT r.id, {account_words} AS words FROM accounts_account r
                 WHERE r.tenant_id = here AND r.deleted_at IS NULL AND {account_reach}
               ) theirs ON theirs.id = r.account_id
         WHERE r.tenant_id = here AND r.id = ANY (candidates) AND theirs.words || ' ' || {document} LIKE ALL (patterns)
         LIMIT {most_hits}
    )"""

REACH = """(scope = 'all' OR r.owner_id = me OR scope = 'team' AND (
            r.team_id = ANY (teams) OR r.team_id IS NULL AND (r.owner_id IS NULL OR r.owner_id = ANY (mates))))"""
ACCOUNT_REACH = REACH.replace("scope =", "account_scope =")


def _at_account(searched: Searched) -> dict[str, str]:
    """The parts of the function that find records by their account."""
    if not searched.at_account:
        return {"declared": "", "before": "", "hits": "count(*) OVER ()", "at_account": "", "or_at_account": ""}
    words = {
        "table": searched.table,
        "document": searched.document,
        "records": ROWS.format(table=searched.table, reach=REACH),
        "accounts": ROWS.format(table=ACCOUNTS.table, reach=ACCOUNT_REACH),
        "account_words": f"({NAME} || ' ' || domain)",
        "account_document": ACCOUNTS.document,
        "account_reach": ACCOUNT_REACH,
        "most_hits": MOST_HITS,
        "most_accounts": MOST_ACCOUNTS,
    }
    return {
        "declared": DECLARED,
        "before": GATHERED.format(**words),
        "hits": "count(*) OVER () * CASE WHEN is_cut THEN -1 ELSE 1 END",
        "at_account": AT_ACCOUNT.format(**words),
        "or_at_account": " UNION SELECT * FROM at_account",
    }


def _statements() -> list[str]:
    # An index whose expression changes needs another name: IF NOT EXISTS looks at nothing else. What it replaces is
    # dropped last, so that searches always have one.
    statements = ["CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gin"]
    for searched in SEARCHED:
        statements += [
            f"DROP FUNCTION IF EXISTS {searched.function}({OLD_TYPES})",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {searched.table}_{INDEX} ON {searched.table}"
            f" USING gin (tenant_id, {searched.document} gin_trgm_ops) WHERE deleted_at IS NULL",
            FUNCTION.format(
                function=searched.function,
                arguments=ARGUMENTS,
                tenant=TENANT_SQL,
                table=searched.table,
                document=searched.document,
                reach=REACH,
                most_hits=MOST_HITS,
                **_at_account(searched),
            ),
            f"REVOKE ALL ON FUNCTION {searched.function}({ARGUMENT_TYPES}) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {searched.function}({ARGUMENT_TYPES}) TO {APP_ROLE}",
        ]
    old = (f"{searched.table}_{name}" for searched in SEARCHED for name in OLD_INDEXES)
    return [*statements, *(f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in old)]


STATEMENTS = _statements()
