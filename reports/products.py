"""The products that occur, to choose from. A product is a text that somebody typed: case does not tell two apart."""

from __future__ import annotations

from itertools import accumulate

from django.db import connection

from crm.ground.text import sort_key
from crm.queries.query import address_of
from crm.users.access import visible
from crm.users.models import Membership
from opportunities.models import Opportunity

MOST_OFFERED = 50
MOST_READ = 5_000  # opportunities, the newest
LONGEST = 200
LONGEST_CHOSEN = 3_000  # characters of an address: that of the rows has to hold more, and lists read LONGEST_QUERY


def chosen_products(texts: list[str]) -> tuple[list[str], int]:
    """Those of the ``texts`` of an address that can name a product, each once; and how many more they are than fit
    into the addresses of what is counted of them."""
    by_key = {sort_key(text): text for text in texts if len(text) <= LONGEST}
    found = [text for key, text in by_key.items() if key]
    lengths = accumulate(len(address_of([("product", text)])) for text in found[:MOST_OFFERED])
    most = sum(length <= LONGEST_CHOSEN for length in lengths)
    return found[:most], len(found[most:])


def products_offered(actor: Membership, chosen: list[str]) -> list[str]:
    """The products of the opportunities that ``actor`` may see, most frequent first, and those that are chosen.

    What is chosen and of no such opportunity is not among them.
    """
    by_key = {sort_key(text): text for text in chosen}
    offered = {key: by_key.get(key, product or key) for key, product in _most_frequent(actor)}
    rare = by_key.keys() - offered.keys()
    there = visible(actor, Opportunity.objects.order_by()).filter(product_key__in=rare) if rare else None
    rare = set(there.values_list("product_key", flat=True)) if there is not None else set()
    return list((offered | {key: text for key, text in by_key.items() if key in rare}).values())


def _most_frequent(actor: Membership) -> list[tuple[str, str]]:
    """Key and one of the spellings of each."""
    newest = visible(actor, Opportunity.objects.order_by("-pk")).values_list("product_key", "product")[:MOST_READ]
    if newest.query.is_empty():  # of which Django makes no statement
        return []
    # By hand: the ORM groups no part of rows. Their ids, looked up again, had all opportunities read for them.
    rows, values = newest.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT product_key, max(product) FROM ({rows}) AS newest WHERE product_key <> ''"
            f" GROUP BY product_key ORDER BY count(*) DESC, product_key LIMIT {MOST_OFFERED}",
            values,
        )
        return cursor.fetchall()
