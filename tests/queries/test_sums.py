from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from django.db.models import F, Sum

from crm.queries.measures import MOST_AT_ONCE, share
from opportunities.models import Opportunity
from tests.people import Firm
from tests.reports.rows import deal

LARGEST = 2**63 - 1
WEIGHTED = share(F("amount_minor"), F("probability"))


@pytest.mark.parametrize(
    ("amount", "probability"),
    [
        (0, 50),
        (1, 50),  # 0.5 → 0
        (3, 50),  # 1.5 → 2
        (5, 50),  # 2.5 → 2
        (149, 1),
        (150, 1),
        (151, 1),
        (250, 1),
        (12_345, 33),
        (10_050, 1),
        (-3, 50),
        (-5, 50),
        (-151, 1),
        (999, 0),
        (999, 100),
        (LARGEST, 100),
        (LARGEST, 99),
        (LARGEST - 57, 50),
        (MOST_AT_ONCE, 100),
        (MOST_AT_ONCE - 1, 99),
        (MOST_AT_ONCE + 1, 99),
    ],
)
def test_weighted_is_rounded_half_to_even_like_decimal(inside: Firm, amount: int, probability: int) -> None:
    deal(inside.ana, "Negotiation", amount, probability=probability)
    (found,) = Opportunity.objects.annotate(weighted=WEIGHTED).values_list("weighted", flat=True)
    exact = Decimal(amount) * probability / 100
    assert found == int(exact.to_integral_value(rounding=ROUND_HALF_EVEN))


def test_a_sum_may_be_larger_than_any_amount_and_stays_an_integer(inside: Firm) -> None:
    for _number in range(3):
        deal(inside.ana, "Won", LARGEST, probability=100)
    found = Opportunity.objects.aggregate(total=Sum(WEIGHTED))["total"]
    assert found == 3 * LARGEST
    assert isinstance(found, int)


def test_an_opportunity_without_amount_adds_nothing(inside: Firm) -> None:
    deal(inside.ana, "Negotiation", None)
    assert Opportunity.objects.aggregate(total=Sum(WEIGHTED))["total"] is None
