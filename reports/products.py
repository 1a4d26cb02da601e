"""The products that occur, to choose from. A product is a text that somebody typed: case does not tell two apart."""

from __future__ import annotations

from itertools import accumulate

from django.db.models import Count, Max

from crm.ground.text import sort_key
from crm.queries.query import address_of
from crm.users.access import visible
from crm.users.models import Membership
from opportunities.models import Opportunity

MOST_OFFERED = 50
MOST_READ = 20_000  # opportunities, the newest
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
    newest = visible(actor, Opportunity.objects.order_by("-pk")).values("pk")[:MOST_READ]
    rows = Opportunity.objects.filter(pk__in=newest).exclude(product_key="").order_by()
    counted = rows.values("product_key").annotate(number=Count("pk"), product=Max("product"))
    found = counted.order_by("-number", "product_key").values_list("product_key", "product")[:MOST_OFFERED]
    by_key = {sort_key(text): text for text in chosen}
    offered = {key: by_key.get(key, product or key) for key, product in found}
    rare = by_key.keys() - offered.keys()
    there = visible(actor, Opportunity.objects.order_by()).filter(product_key__in=rare) if rare else None
    rare = set(there.values_list("product_key", flat=True)) if there is not None else set()
    return list((offered | {key: text for key, text in by_key.items() if key in rare}).values())
