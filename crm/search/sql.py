"""Finding records by a part of a name, company, e-mail or phone, in the database.

Why functions with the owner's rights: row-level security evaluates its policy before any operator that is not
leakproof, and ``LIKE`` is not, so for the serving role a trigram index is switched off (0.7 ms become 1.3 s on
500,000 rows). ``SECURITY DEFINER`` takes the policy away, so each function filters by ``app.tenant`` itself: without
one it finds nothing. It returns ids only; the rows are fetched by ordinary queries, behind the wall and access rules.

The index starts with the tenant (btree_gin): a small workspace pays for its own rows, not for its big neighbours'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm import catalogue
from crm.catalogue.searched import Searched
from crm.catalogue.types import RecordType
from crm.fields.kinds import Lookup
from crm.fields.spec import FieldSpec
from crm.tenants.wall import APP_ROLE, TENANT_SQL

MOST_HITS = 1000  # counted for one search; who gets so many has to say more
MOST_ROWS = 5000  # gone through for those whose words stand in what they are linked with
MOST_NAMED = 300  # last names that are looked for on their own, where more contain the word than are counted
MOST_LINKED = 300  # looked at for one word: "gmbh" is in the names of thousands


@dataclass(frozen=True)
class Link:
    """A link by whose record's words others are found, too."""

    field: str
    column: str
    there: Table


@dataclass(frozen=True)
class Table:
    """A record type as the functions below search it."""

    key: str
    name: str
    searched: Searched
    links: tuple[Link, ...] = ()

    @property
    def document(self) -> str:
        return self.searched.document

    @property
    def seen_document(self) -> str:
        return self.searched.seen(self.searched.parts, "seen")

    @property
    def function(self) -> str:
        return f"search_{self.key}"

    @property
    def index(self) -> str:
        return f"{self.name}_search_{self.searched.edition}"

    @property
    def old_indexes(self) -> list[str]:
        return [f"{self.name}_search", *(f"{self.name}_search_{n}" for n in range(2, self.searched.edition))]


def table_of(record_type: RecordType) -> Table:
    links = tuple(_link(record_type.spec(name)) for name in record_type.searched.through)
    return Table(record_type.key, record_type.model._meta.db_table, record_type.searched, links)


def _link(spec: FieldSpec) -> Link:
    assert isinstance(spec.kind, Lookup)
    return Link(spec.name, f"{spec.column}_id", table_of(catalogue.record_type(spec.kind.key)))


def tables() -> list[Table]:
    """What is searched, in the order of the types."""
    return [table_of(one) for one in catalogue.record_types()]


# wanted: what was typed, as a sort key. patterns: one LIKE pattern for each of its words, the longest first; none when
# every word is too short for trigrams: then only names that start with it are found. numbers: the same with the digits
# alone in place of words that look like a part of a phone number; none when that makes no difference.
# scope, me, teams, mates: the reach of who asks (crm/users/access.py), so that the hits which are counted and capped
# are theirs. It only narrows: access is still checked where the rows are fetched. scopes_there: the same of the records
# by whose words others are found (accounts, vendors), one for each link, so that nobody learns from a hit which hidden
# one a record has. seen, seen_there: which parts of a record's document, and of the words of all links one after the
# other, who asks may see; NULL: all. The index finds by the whole document; what was found only by hidden fields is
# none of their hits.
ARGUMENTS = (
    "wanted text, patterns text[], numbers text[], scope text, scopes_there text[], me uuid, teams uuid[],"
    " mates uuid[], most integer, skip integer, seen boolean[] DEFAULT NULL, seen_there boolean[] DEFAULT NULL"
)
ARGUMENT_TYPES = "text, text[], text[], text, text[], uuid, uuid[], uuid[], integer, integer, boolean[], boolean[]"
# Processes of the version before go on with theirs, which knows one scope of one link. This is the one before that.
OLD_TYPES = "text, text[], text[], text, text, uuid, uuid[], uuid[], integer, integer"

# Two patterns stand on their own because the index cannot serve ALL (array).
# MATERIALIZED and capped: sorting directly makes the planner walk the name index through all rows instead (159 ms).
# Names that start with what was typed lie side by side in it: the first of them are the best ones, however many follow.
# Where more contain it than are counted, a last name is looked for on its own, or it would be there by chance.
FUNCTION = """
CREATE OR REPLACE FUNCTION {function}({arguments}) RETURNS TABLE (record_id uuid, rank integer, hits bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    here uuid := {tenant};
    longest text := patterns[1];
    second text := coalesce(patterns[2], longest);
    at_word text := '% ' || substr(longest, 2);  -- without the % at its beginning
    -- The index is of no use for a shorter one
    long_enough text[] := ARRAY (SELECT one FROM unnest(patterns) one WHERE length(one) > 4 OR one = longest);
{declared}BEGIN{before}
    RETURN QUERY
    WITH starting AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL AND r.sort_name ^@ wanted AND {reach}
         ORDER BY r.sort_name LIMIT {most_hits}
    ), containing AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL
           AND {document} LIKE longest AND {document} LIKE second AND {document} LIKE ALL (patterns) AND {reach}
           AND (seen IS NULL OR {seen_document} LIKE ALL (patterns))
         LIMIT {most_hits}
    ), worded AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM (
            SELECT r.id, r.sort_name FROM {table} r
             WHERE r.tenant_id = here AND r.deleted_at IS NULL
               AND (SELECT count(*) FROM containing) = {most_hits} AND (SELECT count(*) FROM starting) < {most_hits}
               AND {document} LIKE at_word AND {document} LIKE ALL (patterns) AND {reach}
               AND (seen IS NULL OR {seen_document} LIKE ALL (patterns))
             LIMIT {most_rows}
        ) r WHERE position(' ' || wanted IN r.sort_name) > 0
         LIMIT {most_named}
    ), numbered AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
         WHERE r.tenant_id = here AND r.deleted_at IS NULL AND cardinality(numbers) > 0
           AND {document} LIKE numbers[1] AND {document} LIKE ALL (numbers) AND {reach}
           AND (seen IS NULL OR {seen_document} LIKE ALL (numbers))
         LIMIT {most_hits}
    ){at_linked}, found AS (
        SELECT * FROM starting UNION SELECT * FROM containing UNION SELECT * FROM worded
        UNION SELECT * FROM numbered{or_at_linked}
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

# Every word must occur in the record or in the name or domain of its account (or what else a link names), one at least
# in the latter. Two ways lead there: from the few accounts with a word, and, where a word is in too many accounts to go
# through ("gmbh"), from the records with another word, or from the accounts with all. Ids are gathered word by word, so
# that each statement has few patterns for the index and a LIMIT, and none depends on statistics: who has just imported
# has none yet. ``hits`` below zero says that something was cut off.
DECLARED = """    word text;
    ids uuid[];
    linked_ids uuid[];
    common integer;
    is_cut boolean := false;
"""
DECLARED_OF_EACH = "    {candidates} uuid[] := '{{}}';\n"
GATHERED = """
    IF {scope} <> 'none' THEN
        linked_ids := '{{}}';
        common := 0;
        FOREACH word IN ARRAY long_enough LOOP
            ids := ARRAY ({linked_rows} AND {linked_document} LIKE word LIMIT {most_linked} + 1);
            common := common + (cardinality(ids) > {most_linked})::int;
            linked_ids := linked_ids || ids[:{most_linked}];
        END LOOP;
        IF common > 0 AND common = cardinality(long_enough) THEN
            ids := ARRAY (
                {linked_rows} AND {linked_document} LIKE longest AND {linked_document} LIKE second
                    AND {linked_document} LIKE ALL (long_enough)
                 LIMIT {most_linked} + 1);
            is_cut := is_cut OR cardinality(ids) > {most_linked};
            linked_ids := linked_ids || ids[:{most_linked}];
        END IF;
        IF common > 0 AND cardinality(patterns) > 1 THEN
            FOREACH word IN ARRAY long_enough LOOP
                {candidates} := {candidates} || ARRAY (
                    {records} AND {document} LIKE word AND r.{link} IS NOT NULL
                     LIMIT {most_rows} - cardinality({candidates}));
            END LOOP;
            is_cut := is_cut OR cardinality({candidates}) = {most_rows};
        END IF;
        ids := ARRAY ({records} AND r.{link} = ANY (linked_ids) LIMIT {most_rows});
        is_cut := is_cut OR cardinality(ids) = {most_rows};
        {candidates} := {candidates} || ids;
    END IF;"""
ROWS = "SELECT r.id FROM {table} r WHERE r.tenant_id = here AND r.deleted_at IS NULL AND {reach}"
AT_LINKED = """, {at_linked} AS MATERIALIZED (
        SELECT r.id, r.sort_name FROM {table} r
          JOIN (SELECT r.id, {linked_words} AS words FROM {linked_table} r
                 WHERE r.tenant_id = here AND r.deleted_at IS NULL AND {linked_reach}
               ) theirs ON theirs.id = r.{link}
         WHERE r.tenant_id = here AND r.id = ANY ({candidates})
           AND theirs.words || ' ' || {seen_document} LIKE ALL (patterns)
         LIMIT {most_hits}
    )"""

REACH = """({scope} = 'all' OR r.owner_id = me OR {scope} = 'team' AND (
            r.team_id = ANY (teams) OR r.team_id IS NULL AND (r.owner_id IS NULL OR r.owner_id = ANY (mates))))"""


def _at_links(table: Table) -> dict[str, str]:
    """The parts of the function that find records by what they are linked with."""
    if not table.links:
        return {"declared": "", "before": "", "hits": "count(*) OVER ()", "at_linked": "", "or_at_linked": ""}
    words = list(_words_of_links(table))
    return {
        "declared": DECLARED + "".join(DECLARED_OF_EACH.format(**one) for one in words),
        "before": "".join(GATHERED.format(**one) for one in words),
        "hits": "count(*) OVER () * CASE WHEN is_cut THEN -1 ELSE 1 END",
        "at_linked": "".join(AT_LINKED.format(**one) for one in words),
        "or_at_linked": "".join(f" UNION SELECT * FROM {one['at_linked']}" for one in words),
    }


def _words_of_links(table: Table) -> Iterator[dict[str, Any]]:
    """For each link the words of the templates above."""
    first = 1
    for number, link in enumerate(table.links, start=1):
        scope, there = f"scopes_there[{number}]", link.there
        reach = REACH.format(scope=scope)
        yield {
            "table": table.name,
            "document": table.document,
            "seen_document": table.seen_document,
            "records": ROWS.format(table=table.name, reach=REACH.format(scope="scope")),
            "link": link.column,
            "scope": scope,
            "candidates": f"candidates_{number}",
            "at_linked": f"at_linked_{number}",
            "linked_table": there.name,
            "linked_rows": ROWS.format(table=there.name, reach=reach),
            "linked_words": there.searched.seen(there.searched.called, "seen_there", first),
            "linked_document": there.document,
            "linked_reach": reach,
            "most_hits": MOST_HITS,
            "most_rows": MOST_ROWS,
            "most_linked": MOST_LINKED,
        }
        first += len(there.searched.called)


def statements() -> list[str]:
    """What makes the functions and indexes of all types that are declared."""
    # An index whose expression changes needs another name: IF NOT EXISTS looks at nothing else. What it replaces is
    # dropped last, so that searches always have one.
    found = ["CREATE EXTENSION IF NOT EXISTS pg_trgm", "CREATE EXTENSION IF NOT EXISTS btree_gin"]
    for table in tables():
        found += [
            f"DROP FUNCTION IF EXISTS {table.function}({OLD_TYPES})",
            f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {table.index} ON {table.name}"
            f" USING gin (tenant_id, {table.document} gin_trgm_ops) WHERE deleted_at IS NULL",
            FUNCTION.format(
                function=table.function,
                arguments=ARGUMENTS,
                tenant=TENANT_SQL,
                table=table.name,
                document=table.document,
                seen_document=table.seen_document,
                reach=REACH.format(scope="scope"),
                most_hits=MOST_HITS,
                most_rows=MOST_ROWS,
                most_named=MOST_NAMED,
                **_at_links(table),
            ),
            f"REVOKE ALL ON FUNCTION {table.function}({ARGUMENT_TYPES}) FROM PUBLIC",
            f"GRANT EXECUTE ON FUNCTION {table.function}({ARGUMENT_TYPES}) TO {APP_ROLE}",
        ]
    old = (name for table in tables() for name in table.old_indexes)
    return [*found, *(f"DROP INDEX CONCURRENTLY IF EXISTS {name}" for name in old)]
