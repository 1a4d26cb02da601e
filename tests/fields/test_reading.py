"""From text to values: each text is read in one way, or refused, or asked about; none is completed or turned."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from crm.fields.money import Money, minor_digits
from crm.fields.reading import (
    DAYS,
    NUMBERS,
    State,
    decide,
    read_amount,
    read_day,
    read_moment,
    read_number,
    read_percent,
    style_from_json,
    style_of,
    written,
)
from crm.fields.reading.numbers import plain
from crm.users.choices import PLACES

US, GERMANY, SWISS = style_of("en"), style_of("en-de"), style_of("en-ch")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("1 234,50", "1234.50"), ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"), ("1’234.50", "1234.50"), ("12,34,567", "1234567"), ("1.234.567", "1234567"),
        ("1.5", "1.5"), ("1,5", "1.5"), ("0,125", "0.125"), (".5", "0.5"), ("(1,234.50)", "-1234.50"),
        ("−500", "-500"), ("500-", "-500"), ("- 500", "-500"), ("+500", "500"), ("10k", "10000"), ("1.5M", "1500000"),
        ("1E+06", "1000000"), ("1.2E+05", "120000"), ("٣٥٠٠", "3500"), ("１２３", "123"), ("100.-", "100"),
        ("2 Mio.", "2000000"), ("3 Mrd", "3000000000"), ("१२३४", "1234"),
    ],
)  # fmt: skip
def test_a_number_is_read_in_every_style_when_it_can_be_read_in_one_way(text: str, number: str) -> None:
    assert {read_number(text, style) for style in (US, GERMANY, SWISS)} == {Decimal(number)}


@pytest.mark.parametrize(
    "text",
    ["", "-", "N/A", "approx. 5000", "10-50", "5 000 - 7 000", "Q3 2026: 900", "50+", "1²", "½", "--5", "1.2.3",
     "12,34", "1,23,45", "1 2", "€", "5 %", "nan", "Infinity", "1e999", "0x10", "5,000.000,00", "1..5", "~500"],
)  # fmt: skip
def test_what_is_no_one_number_is_refused(text: str) -> None:
    for style in (US, GERMANY):
        if text == "12,34":  # decimals, in any style
            assert read_number(text, style) == Decimal("12.34")
            continue
        with pytest.raises(ValidationError):
            read_number(text, style)


def test_a_style_decides_what_could_be_read_in_two_ways_and_otherwise_it_is_asked() -> None:
    assert read_number("1.500", GERMANY) == 1500
    assert read_number("1,500", US) == 1500
    for text, style, words in (("1.500", US, "1,500 or 1.5"), ("1,500", GERMANY, "1.500 or 1,5")):
        with pytest.raises(ValidationError, match=words):
            read_number(text, style)
    with pytest.raises(ValidationError, match="two ways"):
        read_number("1,500", SWISS)  # there, neither sign groups digits
    assert read_number("1.500", US, places=3) == Decimal("1.5")  # where so many decimals are usual
    with pytest.raises(ValidationError, match=r"Write 1,234 or 1\.2340"):
        read_number("1.234", US, places=4)


@pytest.mark.parametrize(
    ("text", "style", "offers"),
    [
        ("1.234", "en", ["1,234"]), ("1.500", "en", ["1,500", "1.5"]), ("-1.500", "en", ["-1.5", "-1,500"]),
        ("1,234", "en-de", ["1.234"]), ("1.500k", "en", ["1,500,000", "1,500"]), ("1,234", "en-fr", ["1 234"]),
    ],
)  # fmt: skip
def test_what_is_offered_for_an_amount_of_two_readings_is_taken(text: str, style: str, offers: list[str]) -> None:
    """The very text that was refused used to be offered; and none is offered that the currency cannot have."""
    with pytest.raises(ValidationError) as refused:
        read_amount(text, style_of(style), "USD")
    message = plain(" ".join(refused.value.messages))
    assert all(offer in message for offer in offers)
    assert ("or" in message.split()) == (len(offers) > 1)
    for offer in offers:
        read_amount(offer, style_of(style), "USD")


@pytest.mark.parametrize("text", ["33.333", "1.500", "33.333 %"])
def test_a_percentage_that_is_possible_in_no_reading_is_not_offered_any(text: str) -> None:
    assert read_percent(text, US) == Decimal(text.removesuffix(" %"))  # its field refuses it, and says what it takes


@pytest.mark.parametrize("own", ["USD", "EUR"])
@pytest.mark.parametrize(
    ("text", "money"),
    [
        ("€1,200.00", Money(120000, "EUR")), ("£950.00", Money(95000, "GBP")), ("EUR1,200.00", Money(120000, "EUR")),
        ("1200 CHF", Money(120000, "CHF")), ("Fr. 2000", Money(200000, "CHF")), ("R$ 1.000,50", Money(100050, "BRL")),
        ("₹1,00,000", Money(10000000, "INR")), ("$1,234.50 CAD", Money(123450, "CAD")), ("US$ 5", Money(500, "USD")),
        ("1.5 M€", Money(150000000, "EUR")), ("2 TEUR", Money(200000, "EUR")), ("500 DEM", Money(50000, "DEM")),
        ("(€1,234.50)", Money(-123450, "EUR")), ("€-500", Money(-50000, "EUR")), ("1000 ¥ JPY", Money(1000, "JPY")),
        ("12.345 KWD", None), ("1.2345 KWD", None), ("1234.56 JPY", None), ("0.005 EUR", None), ("5 USD EUR", None),
        ("Rs. 1000", None), ("kr 100", None), ("¥120000", None), ("approx. 5000", None), ("5 Qux", None),
        ("99999999999999999999", None),
    ],
)  # fmt: skip
def test_an_amount_has_the_currency_that_stands_there_or_is_refused(text: str, money: Money | None, own: str) -> None:
    if text == "12.345 KWD":  # the dinar has three decimals
        assert read_amount(text, US, own) == Money(12345, "KWD")
        assert read_amount(text, GERMANY, own) == Money(12345000, "KWD")
        return
    if money is not None:
        assert read_amount(text, US, own) == money
        return
    with pytest.raises(ValidationError):
        read_amount(text, US, own)


def test_a_sign_that_several_currencies_share_is_the_workspaces_or_the_chosen_one() -> None:
    assert read_amount("$5", US, "CAD") == Money(500, "CAD")
    assert read_amount("kr 5", US, "NOK") == Money(500, "NOK")
    assert read_amount("¥5", US, "CNY") == Money(500, "CNY")
    with pytest.raises(ValidationError, match="USD, CAD"):
        read_amount("$5", US, "EUR")
    with pytest.raises(ValidationError, match="SEK, NOK, DKK"):
        read_amount("kr 5", US, "EUR")
    assert read_amount("kr 5", US.with_signs({"kr": "SEK"}), "EUR") == Money(500, "SEK")
    assert read_amount("Rs. 5", US.with_signs({"rs": "INR"}), "EUR") == Money(500, "INR")
    assert read_amount("£5", US.with_signs({"kr": "SEK"}), "EUR") == Money(500, "GBP")


@given(
    place=st.sampled_from(PLACES),
    minor=st.integers(-(10**15), 10**15),
    currency=st.sampled_from(["USD", "JPY", "KWD", "EUR"]),
    grouped=st.booleans(),
)
def test_what_is_written_in_a_persons_style_is_read_as_the_same(
    place: str, minor: int, currency: str, grouped: bool
) -> None:
    style, value = style_of(place), Money(minor, currency)
    places = minor_digits(currency)
    text = style.write(value.major, places, grouped=grouped and places < 3)
    assert read_amount(text, style, currency) == value
    assert read_amount(f"{text} {currency}", style, "CHF") == value


@given(place=st.sampled_from(PLACES), number=st.decimals(-(10**11), 10**11, places=4))
def test_a_number_with_four_decimals_is_read_as_it_was_written(place: str, number: Decimal) -> None:
    style = style_of(place)
    assert read_number(written(number, style, 4), style, places=4) == number


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    for style in (US, GERMANY):
        for read in (
            lambda text, style: read_amount(text, style, "EUR"),
            read_number,
            read_percent,
            read_day,
            lambda text, style: read_moment(text, style, UTC),
        ):
            try:
                read(text, style)
            except ValidationError as error:
                assert error.messages[0]


THIRD_OF_APRIL = [
    "2026-04-03", "2026-04-03 10:00:00", "2026-04-03T10:00:00Z", "2026/04/03", "2026-04-03T23:30:00-08:00", "20260403",
    "3. April 2026", "3 avril 2026", "3 de abril de 2026", "April 3rd, 2026", "3-Apr-26",
    "Fri, 3 Apr 2026", "Freitag, 3. April 2026", "2026年4月3日", "2026-04-03T10:00:00.123+02:00[Europe/Berlin]",
]  # fmt: skip


@pytest.mark.parametrize("text", THIRD_OF_APRIL)
def test_a_date_of_one_reading_is_never_turned(text: str) -> None:
    assert read_day(text, US) == read_day(text, GERMANY) == date(2026, 4, 3)


@pytest.mark.parametrize(
    "text",
    ["12", "May", "Friday", "10:30", "1/5", "26-Apr", "Apr-26", "March 2026", "2026", "12/2026", "45384", "45384.5",
     "00/00/0000", "30/02/2026", "1900-01-00", "0001-01-01", "tomorrow", "2026-W14-5", "Thu, 3 Apr 2026", "31.04.2026",
     "24/05/12", "24.05.12", "01.02.03", "2026-02-30", "3 Apr", "1/1/1/1", "5 May 6 2026"],
)  # fmt: skip
def test_what_is_no_whole_date_is_refused(text: str) -> None:
    for style in (US, GERMANY):
        with pytest.raises(ValidationError):
            read_day(text, style)


def test_slashes_are_in_the_order_of_the_style_and_no_other() -> None:
    assert read_day("03/04/2026", US) == date(2026, 3, 4)
    assert read_day("03/04/2026", GERMANY) == date(2026, 4, 3)
    with pytest.raises(ValidationError, match=r"month comes first.*2026-04-13"):
        read_day("13/04/2026", US)
    assert read_day("13/04/2026", GERMANY) == date(2026, 4, 13)


@pytest.mark.parametrize("text", ["9999-12-31 23:59", "9999-12-31", "9999-12-31T23:59:59-12:00", "9999-01-01T00:00Z"])
def test_a_moment_in_the_last_year_of_all_is_refused(text: str) -> None:
    """West of here it is in the year 10000, which the database stores and nothing reads."""
    west = timezone(timedelta(hours=-12))
    with pytest.raises(ValidationError, match="too far in the future"):
        read_moment(text, US, west)
    assert read_moment(text.replace("9999", "9998"), US, west).astimezone(UTC).year <= 9999
    assert read_day("9999-12-31", US) == date.max


def test_a_moment_has_the_zone_that_stands_there_or_the_given_one() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert read_moment("2026-04-03T10:00:00Z", US, berlin) == datetime(2026, 4, 3, 10, tzinfo=UTC)
    assert read_moment("3.4.2026 10:00 Uhr", GERMANY, berlin) == datetime(2026, 4, 3, 8, tzinfo=UTC)
    assert read_moment("04/03/2026 10:00 PM", US, berlin) == datetime(2026, 4, 3, 20, tzinfo=UTC)
    with pytest.raises(ValidationError):
        read_moment("2026-04-03 25:00", US, berlin)


def test_a_column_of_numbers_is_decided_by_a_text_that_reads_in_one_way() -> None:
    found = decide(NUMBERS, ["1.500", "", "12.000 €", "1.500,00"], US, "USD")
    assert (found.state, found.style.decimal) == (State.DECIDED, ",")
    assert read_amount("12.000 €", found.style, "USD") == Money(1200000, "EUR")
    assert read_amount("12.5", found.style, "USD") == Money(1250, "USD"), "what can be read in one way is read so"
    assert style_from_json(found.style.as_json()) == found.style


def test_a_column_of_two_readings_is_asked_about_with_what_each_makes_of_it() -> None:
    found = decide(NUMBERS, ["1.500", "2.000"], GERMANY, "EUR")
    assert (found.state, found.must_ask, found.style.decimal) == (State.UNDECIDED, True, ",")
    assert [(one.key, [sample.reading for sample in one.samples]) for one in found.options] == [
        (",", ["1,500", "2,000"]),
        (".", ["1.5", "2"]),
    ]
    assert read_number("1.500", found.style.chosen(NUMBERS, ".")) == Decimal("1.5")
    assert decide(NUMBERS, ["1500", "x", ""], US).state == State.OPEN
    assert decide(NUMBERS, ["kr 5"], US, "USD").signs == {"kr": ("SEK", "NOK", "DKK", "ISK")}


@pytest.mark.parametrize(
    ("texts", "state", "read"),
    [
        (["1.234,50", "1,234.50"], State.OPEN, {}),
        (["1.234,50", "1,234.50", "2.500"], State.UNDECIDED, {".": "2.5", ",": "2,500"}),
        (["12,50", "1,234.50", "1,500"], State.UNDECIDED, {".": "1,500", ",": "1.5"}),
    ],
)
def test_clear_amounts_are_read_as_they_stand_whatever_is_said_of_the_others(
    texts: list[str], state: State, read: dict[str, str]
) -> None:
    found = decide(NUMBERS, texts, US, "USD")
    assert (found.state, {one.key: one.samples[0].reading for one in found.options}) == (state, read)
    assert not any(one.refused for one in found.options)
    for decimal in read or [found.style.decimal]:
        style = found.style.chosen(NUMBERS, decimal)
        clear = {"1.234,50": 123450, "1,234.50": 123450, "12,50": 1250}
        assert all(read_amount(text, style, "USD").minor == clear[text] for text in texts if text in clear)


@pytest.mark.parametrize(
    ("texts", "state", "numbers"),
    [
        (["1,500", "2,000"], State.DECIDED, [1500, 2000]),
        (["1.500", "1,5"], State.DECIDED, [1500, None]),
        (["1,000", "1.000"], State.OPEN, [1000, 1000]),
        (["2.0", "1.5k"], State.DECIDED, [2, 1500]),
        (["1,5"], State.OPEN, [None]),
    ],
)
def test_a_whole_number_is_never_read_as_one_with_decimals(
    texts: list[str], state: State, numbers: list[int | None]
) -> None:
    for usual in (US, GERMANY):
        found = decide(NUMBERS, texts, usual, is_whole=True)
        assert (found.state, found.must_ask) == (state, False)
        for text, number in zip(texts, numbers, strict=True):
            assert number is None or read_number(text, found.style, places=0) == read_number(text, usual, 0) == number


def test_a_column_with_both_orders_of_dates_is_at_odds_with_itself() -> None:
    found = decide(DAYS, ["12/31/2026", "31/12/2026", "05/06/2026"], US)
    assert (found.state, found.must_ask) == (State.CONTRADICTORY, True)
    refused = {one.key: [sample.text for sample in one.refused] for one in found.options}
    assert refused == {"month": ["31/12/2026"], "day": ["12/31/2026"]}
    assert decide(DAYS, ["05/06/2026", "31/12/2026"], US).style.days == "day"
    assert decide(DAYS, ["05/06/2026"], US).state == State.UNDECIDED
    assert decide(DAYS, ["2026-04-03", "3 Apr 2026", "May"], US).state == State.OPEN


@pytest.mark.parametrize(
    ("texts", "state", "decimal"),
    [
        (["1.500", "1.5M"], State.UNDECIDED, "."),  # fifteen hundred, or one and a half?
        (["1,500", "1,5 Mio."], State.UNDECIDED, ","),
        (["1.500", "12.50"], State.UNDECIDED, "."),
        (["1.500", "1.2E+05"], State.UNDECIDED, "."),
        (["1.500 €", "7.9"], State.UNDECIDED, "."),
        (["1.500", "12,50"], State.DECIDED, ","),
        (["1.500", "1.234.567"], State.DECIDED, ","),
        (["1,500", "1.5M"], State.DECIDED, "."),
        (["1.500", "0.125"], State.DECIDED, "."),  # all with three decimals
        (["12.50", "1.5M"], State.DECIDED, "."),
    ],
)
def test_thousands_beside_numbers_of_fewer_decimals_are_asked_about(
    texts: list[str], state: State, decimal: str
) -> None:
    for order in (texts, texts[::-1]):
        found = decide(NUMBERS, order, US)
        assert (found.state, found.must_ask, found.style.decimal) == (state, state == State.UNDECIDED, decimal)
        if found.must_ask:
            shown = {option.key: {sample.text for sample in option.samples} for option in found.options}
            assert set(shown) == {".", ","} and all(texts[0] in samples for samples in shown.values())


def test_a_column_of_a_spreadsheets_day_numbers_is_asked_about() -> None:
    found = decide(DAYS, ["45384", "45385"], US)
    assert found.state == State.UNDECIDED
    with pytest.raises(ValidationError):
        read_day("45384", found.style)
    assert read_day("45384", found.style.chosen(DAYS, "serial")) == date(2024, 4, 2)


@pytest.mark.parametrize(("text", "shown"), [
    ("1.5M", "1,500,000"), ("-1.5k", "-1,500"), ("(1.5)", "-1.5"), ("9" * 150 + ".5", "9" * 40),
    ("1.5E+98", "15" + "0" * 38),
])  # fmt: skip
def test_a_sample_is_shown_as_the_number_that_is_stored(text: str, shown: str) -> None:
    [option] = [one for one in decide(NUMBERS, ["1.500", text], US).options if one.key == "."]
    assert {sample.text: sample.reading for sample in option.samples}[text] == shown
