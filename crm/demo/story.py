"""Two to three years of a sales team's work, told through the services on the days they happen.

The story is drawn from one random generator with a fixed seed and ends with the last night: the same day gives the
same workspace, whatever the hour.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import time_machine

from crm.demo import words
from crm.demo.people import Cast
from crm.events.delivery import deliver_all
from crm.fields.money import Money
from crm.ground.text import sort_key
from crm.picklists.models import Choice
from crm.picklists.selectors import choices
from crm.tenants.context import current_tenant
from crm.tenants.memo import memo
from opportunities.services.lapsing import lapse_customers

EURO = frozenset({"Germany", "Netherlands", "France", "Portugal"})
SEED = 20_260_101
LAST_WEEKDAY = 4  # Friday


@memo("demo")
def choice_called(picklist: str, label: str) -> Choice:
    """The choice that ships under ``label`` (the demo workspace is in English)."""
    return next(one for one in choices(picklist) if one.label == label)


def start_of(now: datetime) -> datetime:
    """When a story that is read ``now`` begins: before the last two whole years, so that they can be compared."""
    return datetime(now.year - 3, 11, 15, tzinfo=UTC)


def end_of(now: datetime) -> datetime:
    """When it ends: with the day before, so that nothing was done minutes ago by nobody."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


class Story:
    """A queue of things that will happen, and the means to make them happen."""

    def __init__(self, cast: Cast, now: datetime) -> None:
        self.cast = cast
        self.now = end_of(now)
        self.numbers: set[str] = set()  # of telephones
        self.start = start_of(now)
        self.random = random.Random(SEED)
        self._queue: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._order = count()

    @property
    def last_day(self) -> datetime:
        """The morning of the last day on which anybody worked."""
        day = self.now - timedelta(days=1)
        while day.weekday() > LAST_WEEKDAY:
            day -= timedelta(days=1)
        return day

    def at(self, moment: datetime, what: Callable[[], Any]) -> None:
        """Let ``what`` happen at ``moment``, in working hours; what lies after the story's end never happens."""
        moment = working_hours(moment, self.random)
        if moment < self.now:
            heapq.heappush(self._queue, (moment, next(self._order), what))

    def after(self, days: float, what: Callable[[], Any]) -> None:
        """Let ``what`` happen about ``days`` from the moment that is being told."""
        self.at(datetime.now(UTC) + timedelta(days=days * self.random.uniform(0.6, 1.4)), what)

    def tell(self) -> None:
        """Let everything happen, in order of time; workflows follow each evening, and each month's end its nights."""
        with time_machine.travel(self.start, tick=False) as clock:
            evening = self.start.date()
            while self._queue:
                moment, _order, what = heapq.heappop(self._queue)
                clock.move_to(moment)
                what()
                if moment.date() != evening:
                    if moment.month != evening.month:
                        lapse_customers()
                    evening = moment.date()
                    deliver_all()
            deliver_all()
            clock.move_to(self.now)
            lapse_customers()
            deliver_all()

    # Drawing

    def one_of(self, options: Any) -> Any:
        return self.random.choice(options)

    def weighted(self, weights: dict[str, int]) -> str:
        return self.random.choices(list(weights), weights=list(weights.values()))[0]

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def money(self, whole: int, currency: str = "") -> Money:
        return Money(whole * 100, currency or current_tenant().currency)

    def phone(self, prefix: str) -> str:
        """A telephone number that nobody else has."""
        while (number := f"{prefix}{self.random.randrange(100, 1000)}") in self.numbers:
            pass
        self.numbers.add(number)
        return number

    def line(self, lines: tuple[str, ...], **facts: Any) -> str:
        return self.one_of(lines).format(count=self.random.randrange(20, 480, 5), **facts)


def working_hours(moment: datetime, draw: random.Random) -> datetime:
    """Move ``moment`` to a weekday between eight and six."""
    moment += timedelta(days=(7 - moment.weekday()) % 7 if moment.weekday() > LAST_WEEKDAY else 0)
    return moment.replace(hour=draw.randrange(8, 18), minute=draw.randrange(60), second=draw.randrange(60))


def company_facts(story: Story, taken: set[str]) -> dict[str, Any]:
    """A company that has not been met before: name, industry, place, size."""
    while True:
        industry = story.one_of(list(words.COMPANY_ENDS))
        name = f"{story.one_of(words.COMPANY_STARTS)} {story.one_of(words.COMPANY_ENDS[industry])}"
        if name not in taken:
            break
    taken.add(name)
    city, region, country, prefix = story.one_of(words.CITIES)
    domain = f"{name.lower().replace(' ', '')}.example"
    return {
        "name": name,
        "industry": industry,
        "city": city,
        "region": region,
        "country": country,
        "prefix": prefix,
        "phone": story.phone(prefix),
        "currency": "EUR" if country in EURO and story.chance(0.5) else "",
        "domain": domain,
        "employees": int(story.random.lognormvariate(4.8, 1.1)) + 3,
    }


def person_facts(story: Story, company: dict[str, Any]) -> dict[str, Any]:
    """Somebody who works there."""
    first, last = story.one_of(words.FIRST_NAMES), story.one_of(words.LAST_NAMES)
    title, role = story.one_of(words.JOBS)
    local = sort_key(f"{first}.{last}").replace(" ", "").encode("ascii", "ignore").decode()
    return {
        "first_name": first,
        "last_name": last,
        "job_title": title,
        "email": f"{local}@{company['domain']}",
        "phone": story.phone(company["prefix"]),
        "role": role,
    }
