# SPDX-License-Identifier: Apache-2.0
"""What people type into a field, and what it comes to: dates, numbers, ages, absences."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override

from cartulary.course import NOT_DONE, NOT_RECORDED, NOT_YET_DUE, REFUSED, PartialDate, Precision
from cartulary.course.course import DayZero
from cartulary.course.events import Apheresis, Finding, Infusion, Toxicity
from cartulary.course.fact import facts_of
from cartulary.web.entry.anchors import Anchors, InfusionDay, infusions_of
from cartulary.web.entry.pseudonyms import next_pseudonym, pseudonym_problem
from cartulary.web.entry.typed import Moment, NotUnderstood, Understood
from cartulary.web.entry.typed_ages import read_age
from cartulary.web.entry.typed_dates import read_date
from cartulary.web.entry.typed_numbers import read_number

TODAY = date(2020, 10, 1)
ONE = Anchors(TODAY, date(2020, 2, 3), infusions=(InfusionDay(1, 43),))
TWO = Anchors(TODAY, date(2017, 2, 3), infusions=(InfusionDay(1, 43), InfusionDay(2, 143)))
NO_INFUSION = Anchors(TODAY, date(2020, 2, 3))
NO_CALENDAR = Anchors(TODAY, None, infusions=(InfusionDay(1, 43),))


# typed, date understood, the line under the field in English
@pytest.mark.parametrize(
    ("text", "when", "says"),
    [
        ("d+7", "2020-03-24", "= 24 March 2020, Tuesday; 7 days after infusion 1 of 17 March"),
        ("D +7", "2020-03-24", "= 24 March 2020, Tuesday; 7 days after infusion 1 of 17 March"),
        ("d7", "2020-03-24", "= 24 March 2020, Tuesday; 7 days after infusion 1 of 17 March"),
        ("d0", "2020-03-17", "= 17 March 2020, Tuesday; the day of infusion 1"),
        ("d-6", "2020-03-11", "= 11 March 2020, Wednesday; 6 days before infusion 1 of 17 March"),
        ("d+7 i1", "2020-03-24", "= 24 March 2020, Tuesday; 7 days after infusion 1 of 17 March"),
        ("dag 43", "2020-03-17", "= 17 March 2020, Tuesday; 43 days after the indication"),
        ("day 43", "2020-03-17", "= 17 March 2020, Tuesday; 43 days after the indication"),
        ("dag 0", "2020-02-03", "= 3 February 2020, Monday; day 0"),
        ("dag -3", "2020-01-31", "= 31 January 2020, Friday; 3 days before day 0"),
        ("2020-03-17", "2020-03-17", "= 17 March 2020, Tuesday; D0"),
        ("17-3-2020", "2020-03-17", "= 17 March 2020, Tuesday; D0"),
        ("17.03.2020", "2020-03-17", "= 17 March 2020, Tuesday; D0"),
        ("17 maart 2020", "2020-03-17", "= 17 March 2020, Tuesday; D0"),
        ("20200317", "2020-03-17", "= 17 March 2020, Tuesday; D0"),
        ("16/3/2020", "2020-03-16", "= 16 March 2020, Monday; D−1"),
        ("28 sep", "2020-09-28", "= 28 September 2020, Monday; D+195; year filled in"),
        ("28-9", "2020-09-28", "= 28 September 2020, Monday; D+195; year filled in"),
        ("sep 28", "2020-09-28", "= 28 September 2020, Monday; D+195; year filled in"),
        # Beyond half a year ago, yet the only 17 March since the indication.
        ("17 mrt", "2020-03-17", "= 17 March 2020, Tuesday; D0; year filled in"),
        ("vandaag", "2020-10-01", "= 1 October 2020, Thursday; D+198"),
        ("yesterday", "2020-09-30", "= 30 September 2020, Wednesday; D+197"),
        ("2017-11", "2017-11", "November 2017, day unknown; kept as a month"),
        ("nov 2017", "2017-11", "November 2017, day unknown; kept as a month"),
        ("2017-11-xx", "2017-11", "November 2017, day unknown; kept as a month"),
        ("2017", "2017", "2017, month and day unknown; kept as a year"),
        ("2020-10", "2020-10", "October 2020, day unknown; kept as a month"),
    ],
)
def test_a_date_is_understood_and_read_back(text, when, says) -> None:
    with override("en"):
        read = read_date(text, ONE)
        assert isinstance(read, Understood), read
        assert str(read.value.date) == when
        assert read.said.plain == says


def test_a_date_is_read_back_in_dutch() -> None:
    with override("nl"):
        read = read_date("17-3-2020", ONE)
        assert read.said.plain == "= 17 maart 2020, dinsdag; D0"


# typed, for whom, what the refusal says, what may have been meant
@pytest.mark.parametrize(
    ("text", "anchors", "fact", "meant"),
    [
        ("12 nov", TWO, "which year", ["2019-11-12", "2018-11-12", "2017-11-12"]),
        ("12-11", TWO, "which year", ["2019-11-12", "2018-11-12", "2017-11-12"]),
        ("12/11", ONE, "day or with the month", ["12-11", "11-12"]),
        ("03/04/2020", ONE, "day or with the month", ["2020-04-03", "2020-03-04"]),
        ("43", ONE, "does not say what it counts from", ["d+43", "day 43"]),
        ("43", NO_INFUSION, "does not say what it counts from", ["day 43"]),
        ("d+7", NO_INFUSION, "none with a known day", ["day 7"]),
        ("d+7 i3", TWO, "no infusion 3", []),
        ("17-3-20", ONE, "two digits", ["2020-03-17"]),
        ("17-3-2021", ONE, "lies in the future", ["2020-03-17"]),
        ("d+400", ONE, "lies in the future", []),
        ("31-2-2020", ONE, "no such day", []),
        ("17-3-2020", NO_CALENDAR, "day 0 has no date", []),
        ("17-3-2020 25:00", ONE, "no such time", []),
        ("2020-03 07:40", ONE, "not known to the day", []),
        ("1820-01-01", ONE, "outside 1980", []),
        ("-", ONE, "not done", []),
        ("43907", ONE, "not a date", []),
        ("tomorrow", ONE, "not a date", []),
        ("x" * 500, ONE, "not a date", []),
    ],
)
def test_what_may_be_read_in_two_ways_is_refused_with_both(text, anchors, fact, meant) -> None:
    with override("en"):
        read = read_date(text, anchors)
        assert isinstance(read, NotUnderstood), read
        assert fact in read.fact
        if meant:
            assert [one.text for one in read.meant] == meant
        for one in read.meant:
            assert one.words


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_whatever_was_meant_can_be_typed_as_it_is_offered(lang) -> None:
    with override(lang):
        for text in ("12 nov", "43", "17-3-20", "03/04/2020", "17-3-2021"):
            for one in read_date(text, TWO).meant:
                assert isinstance(read_date(one.text, TWO), Understood), one


def test_days_after_the_last_infusion_say_so_and_how_to_mean_another() -> None:
    with override("en"):
        last = read_date("d+7", TWO)
        assert str(last.value.date) == "2017-07-03"
        assert last.said.tail.endswith("infusion 2 of 26 June; after another infusion: d+7 i1")
        first = read_date("d+7 i1", TWO)
        assert str(first.value.date) == "2017-03-25"


def test_a_child_without_a_calendar_keeps_study_days() -> None:
    with override("en"):
        assert read_date("day 43", NO_CALENDAR).value == Moment(None, 43, Precision.DAY)
        assert read_date("d+7", NO_CALENDAR).value == Moment(None, 50, Precision.DAY)
        month = read_date("day 43 (month)", NO_CALENDAR)
        assert month.value == Moment(None, 43, Precision.MONTH)
        assert read_date("dag 43 (maand)", NO_CALENDAR).value == month.value


def test_an_unknown_date_is_said_to_be_unknown() -> None:
    for text in ("?", "onbekend", "unknown"):
        assert read_date(text, ONE).value == Moment()


def test_a_time_stands_behind_a_whole_date() -> None:
    for text in ("17-3-2020 7:40", "17-3-2020 om 7.40 u", "d0 07:40", "17 maart 2020, 7:40"):
        read = read_date(text, ONE)
        assert read.value == Moment(PartialDate(2020, 3, 17), None, Precision.DAY, "07:40")


def test_nothing_typed_is_nothing_understood() -> None:
    assert read_date("  ", ONE) is None
    assert read_number("", facts_of(Infusion)["weight_kg"]) is None


def test_what_day_0_stands_for_is_said() -> None:
    anchors = Anchors(TODAY, date(2020, 2, 3), DayZero.APHERESIS)
    with override("en"):
        assert "after day 0 (first apheresis)" in read_date("day 4", anchors).said.tail


def test_only_infusions_known_to_the_day_are_counted_from() -> None:
    events = (
        Infusion(143, event_id="b"),
        Infusion(43, event_id="a", number=1),
        Infusion(200, Precision.MONTH, event_id="c"),
    )
    assert infusions_of(events) == (InfusionDay(1, 43), InfusionDay(2, 143))
    assert infusions_of(events, without="b") == (InfusionDay(1, 43),)


WEIGHT = facts_of(Infusion)["weight_kg"]
DOSE = facts_of(Infusion)["dose_cells_per_kg"]
CD3 = facts_of(Apheresis)["cd3_yield_e9"]
TEMPERATURE = facts_of(Finding)["temperature_c"]
GRADE = facts_of(Toxicity)["grade"]


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("24,6", WEIGHT, 24.6),
        ("24.6", WEIGHT, 24.6),
        ("24.600", WEIGHT, 24.6),  # 24 600 kg cannot be
        ("24,6 kg", WEIGHT, 24.6),
        ("24600 g", WEIGHT, 24.6),
        ("1 234,5", facts_of(Infusion)["dose_cells"], 1234.5e6),
        ("2,4", DOSE, 2.4e6),
        ("2.4e6", DOSE, 2.4e6),
        ("2,4 x 10^6", DOSE, 2.4e6),
        ("2,4 x10^6/kg", DOSE, 2.4e6),
        ("2400000 cells/kg", DOSE, 2.4e6),
        ("1,9", CD3, 1.9),
        ("1900 x10^6", CD3, None),
        ("38,5", TEMPERATURE, 38.5),
        ("2", GRADE, 2),
        ("-", WEIGHT, NOT_DONE),
        ("−", WEIGHT, NOT_DONE),
        ("niet gedaan", WEIGHT, NOT_DONE),
        ("?", WEIGHT, NOT_RECORDED),
        ("onbekend", WEIGHT, NOT_RECORDED),
        (">", WEIGHT, NOT_YET_DUE),
        ("!", WEIGHT, REFUSED),
    ],
)
def test_a_number_is_understood(text, fact, value) -> None:
    read = read_number(text, fact)
    if value is None:
        assert isinstance(read, NotUnderstood)
        return
    assert isinstance(read, Understood), read
    assert read.value == value


@pytest.mark.parametrize(
    ("text", "fact", "why", "meant"),
    [
        ("2460", WEIGHT, "outside 1 to 300", ["24.6"]),
        ("385", TEMPERATURE, "outside 25 to 45", ["38.5"]),
        ("2400000", DOSE, "outside 0 to", ["2.4"]),
        ("1.234", DOSE, "thousands or decimals", ["1234", "1.2340"]),
        ("7", GRADE, "outside 0 to 5", []),
        ("1,5", GRADE, "not a whole number", []),
        ("50 lb", WEIGHT, "“lb” after the number", []),
        ("<5", WEIGHT, "bound", []),
        ("veel", WEIGHT, "not a number", []),
        ("nan", WEIGHT, "not a number", []),
        ("1e400", WEIGHT, "not a number", []),
        ("9" * 5000, WEIGHT, "not a number", []),
    ],
)
def test_an_impossible_number_is_stopped_with_what_was_meant(text, fact, why, meant) -> None:
    with override("en"):
        read = read_number(text, fact)
        assert isinstance(read, NotUnderstood), read
        assert why in read.fact
        assert [one.text for one in read.meant] == meant


def test_an_unlikely_number_asks_why_and_offers_the_slip() -> None:
    with override("en"):
        read = read_number("246", WEIGHT)
        assert read.value == 246
        assert read.doubt == "246 kg is outside the usual 3 to 120. Right? Then say why."
        assert [one.text for one in read.meant] == ["24.6"]
    with override("nl"):
        assert [one.text for one in read_number("246", WEIGHT).meant] == ["24,6"]


def test_a_reason_may_follow_the_key_of_an_absence() -> None:
    read = read_number("- geen weegschaal", WEIGHT)
    assert (read.value, read.why) == (NOT_DONE, "geen weegschaal")
    assert isinstance(read_number("- 5", WEIGHT), NotUnderstood)


@pytest.mark.parametrize(
    ("text", "days", "says"),
    [
        ("2013-02", 2544, "6 years and 11 months"),
        ("feb 2013", 2544, "6 years and 11 months"),
        ("2013", 2408, "6 years and 7 months"),
        ("7", 2557, "7 years"),
        ("7,5", 2739, "7 years and 6 months"),
        ("7;3", 2648, "7 years and 3 months"),
        ("7 jaar en 3 maanden", 2648, "7 years and 3 months"),
        ("8 mnd", 244, "8 months"),
        ("6 weken", 42, "42 days"),
        ("20 dagen", 20, "20 days"),
    ],
)
def test_an_age_is_understood(text, days, says) -> None:
    with override("en"):
        read = read_age(text, date(2020, 2, 3))
        assert (read.value, read.said.head) == (days, says)


def test_an_age_never_takes_a_full_date_of_birth() -> None:
    with override("en"):
        read = read_age("12-2-2013", date(2020, 2, 3))
        assert isinstance(read, NotUnderstood)
        assert [one.text for one in read.meant] == ["2013-02"]
        assert isinstance(read_age("2021-01", date(2020, 2, 3)), NotUnderstood)
        assert isinstance(read_age("2013-02", None), NotUnderstood)
        assert isinstance(read_age("45", date(2020, 2, 3)), NotUnderstood)
        assert read_age("?", None).value is NOT_RECORDED


def test_the_next_pseudonym_goes_on_where_the_last_series_stopped() -> None:
    assert next_pseudonym([]) == "M-001"
    assert next_pseudonym(["M-001", "M-013", "M-002"]) == "M-014"
    assert next_pseudonym(["X-9", "M-099"]) == "M-100"
    assert next_pseudonym(["anna"]) == "M-001"


@pytest.mark.parametrize(
    "text", ["", "M-001", "Jan Jansen", "1234567", "12-2-2013", "M-" + "1" * 30]
)
def test_a_pseudonym_leads_to_nobody(text) -> None:
    assert pseudonym_problem(text, ["M-001"]) is not None
    assert pseudonym_problem("M-002", ["M-001"]) is None
