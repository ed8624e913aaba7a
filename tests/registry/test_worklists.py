# SPDX-License-Identifier: Apache-2.0
"""The worklists: what is due on a date, what was found, and the answers that people give."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cartulary.course import Origin
from cartulary.course.dates import PartialDate
from cartulary.registry import worklist_answers as answers
from cartulary.registry import worklists
from cartulary.registry.courses import course_of
from cartulary.registry.models import Centre, Child, Due, Entry, Finding
from cartulary.registry.worklist_due import answer_event, step_of
from cartulary.registry.worklist_findings import an_error_after_all, not_an_error
from cartulary.registry.worklists import Standing
from cartulary.registry.writing import Change, Hand, Refused, append, register
from tests.registry.conftest import Clock, amend, write

INFUSED = date(2020, 4, 14)
DAY_100 = "cibmtr_15_year/1/day_100"
MONTH_6 = "cibmtr_15_year/1/month_6"


def on(day: int) -> date:
    """So many days after the infusion."""
    return INFUSED + timedelta(days=day)


def seen(child: Child, day: int) -> Change:
    """The child was assessed on a day after the infusion."""
    return write(child, "assessment", {"date": on(day).isoformat(), "facts": {"response": "CR"}})


@pytest.fixture
def infused(hand: Hand, child: Child, clock: Clock) -> Child:
    """A child with an indication and an infusion."""
    append(
        hand,
        [
            write(child, "indication", {"date": "2020-03-10", "facts": {}}),
            write(child, "infusion", {"date": INFUSED.isoformat(), "facts": {"number": 1}}),
        ],
        now=clock(),
    )
    return Child.objects.get(key=child.key)


def item(child: Child, key: str) -> Due:
    return Due.objects.select_related("child").get(child=child, item=key)


def listed(centre: Centre, day: int, owner: str = "") -> list[tuple[str, Standing, int]]:
    today = on(day)
    return [
        (row.item, *worklists.standing_of(row, today))
        for row in worklists.due_page(centre, today, owner=owner)
    ]


# --- what is due -------------------------------------------------------------------------------


def test_an_infusion_puts_fifteen_years_of_contacts_on_the_list(infused: Child) -> None:
    rows = {row.item: row for row in Due.objects.filter(child=infused)}
    assert len(rows) == 17 + 2
    first = rows[DAY_100]
    assert (first.opens, first.target, first.closes) == (on(85), on(100), on(115))
    assert first.done_on is None
    year_2 = rows["cibmtr_15_year/1/year_2"]
    # No window is stated, so none is stored: it opens and closes on its target.
    assert year_2.opens == year_2.target == year_2.closes == on(731)


def test_the_list_moves_with_the_date_alone(centre: Centre, infused: Child) -> None:
    entries = Entry.objects.count()
    assert listed(centre, 53) == []
    assert listed(centre, 54) == [(DAY_100, Standing.SOON, 31)]
    assert listed(centre, 85) == [(DAY_100, Standing.OPEN, 30)]
    assert listed(centre, 115) == [(DAY_100, Standing.OPEN, 0)]
    assert listed(centre, 116) == [(DAY_100, Standing.LATE, 1)]
    assert Entry.objects.count() == entries


def test_a_contact_in_its_window_takes_the_item_off(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    assert worklists.due_counts(centre, on(120)).late == 1
    append(hand, [seen(infused, 90)], now=clock())
    assert worklists.due_counts(centre, on(120)).late == 0
    assert item(infused, DAY_100).done_on == on(90)


def test_withdrawing_the_contact_brings_the_item_back(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    append(hand, [seen(infused, 90)], now=clock())
    again = Change(infused.key, "assessment-1", "assessment", "withdraw", None, 1, "wrong child")
    append(hand, [again], now=clock())
    assert listed(centre, 116) == [(DAY_100, Standing.LATE, 1)]


def test_rows_keep_their_place_when_nothing_about_them_changed(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    before = dict(Due.objects.filter(child=infused).values_list("item", "pk"))
    append(hand, [seen(infused, 40)], now=clock())
    assert dict(Due.objects.filter(child=infused).values_list("item", "pk")) == before


def test_a_target_without_a_window_asks_and_is_not_called_late(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    append(hand, [seen(infused, day) for day in (90, 180, 370, 725)], now=clock())
    assert listed(centre, 740)[0] == ("cibmtr_15_year/1/year_2", Standing.ASK, 9)
    counts = worklists.due_counts(centre, on(740))
    assert (counts.late, counts.ask) == (0, 1)


def test_the_longest_late_comes_first_and_pages_join(
    centre: Centre, hand: Hand, clock: Clock
) -> None:
    for number in range(7):
        given = INFUSED + timedelta(days=3 * number)
        child = register(
            hand, course_id=f"P-1{number}", origin=Origin.RECORDED, day0=given, now=clock()
        )
        append(
            hand,
            [write(child, "infusion", {"date": given.isoformat(), "facts": {}})],
            now=clock(),
        )
    today = on(120)
    whole = worklists.due_page(centre, today, limit=50)
    closes = [row.closes for row in whole if row.opens <= today]
    assert closes == sorted(closes)
    assert {worklists.standing_of(row, today)[0] for row in whole} == {
        Standing.LATE,
        Standing.OPEN,
    }
    for size in (1, 2, 3, 5):
        pages = [
            row.pk
            for start in range(0, len(whole) + size, size)
            for row in worklists.due_page(centre, today, offset=start, limit=size)
        ]
        assert pages == [row.pk for row in whole]


def test_pages_join_over_the_border_of_what_opens_soon(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    later = register(hand, course_id="P-2", origin=Origin.RECORDED, day0=on(40), now=clock())
    given = {"date": on(40).isoformat(), "facts": {}}
    append(hand, [write(later, "infusion", given)], now=clock())
    today = on(116)
    whole = worklists.due_page(centre, today)
    standings = [worklists.standing_of(row, today)[0] for row in whole]
    assert standings == [Standing.LATE, Standing.SOON]
    ones = [worklists.due_page(centre, today, offset=start, limit=1) for start in range(3)]
    assert [row.pk for page in ones for row in page] == [row.pk for row in whole]


def test_the_child_of_another_centre_is_on_no_list(centre: Centre, infused: Child) -> None:
    other = Centre.objects.create(code="theirs", name="Their centre")
    assert worklists.due_page(other, on(120)) == []
    assert worklists.due_counts(other, on(120)).total == 0
    assert worklists.findings_page(other) == []
    assert worklists.recently_touched(other) == []


def test_a_withdrawn_child_is_on_no_list(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    append(hand, [Change(infused.key, "child", "child", "withdraw", None, 1, "twice")], now=clock())
    assert worklists.due_page(centre, on(120)) == []
    assert worklists.findings_page(centre) == []
    assert worklists.recently_touched(centre) == []


def test_a_child_without_a_date_of_day_0_has_no_calendar(
    centre: Centre, hand: Hand, clock: Clock
) -> None:
    child = register(hand, course_id="P-3", origin=Origin.RECORDED, now=clock())
    append(hand, [write(child, "infusion", {"day": 35, "facts": {}})], now=clock())
    assert not Due.objects.filter(child=child).exists()
    assert Finding.objects.filter(child=child).exists()


def test_working_it_all_out_anew_changes_nothing(infused: Child) -> None:
    def rows() -> list[tuple[object, ...]]:
        return [
            *Due.objects.values_list("item", "opens", "closes", "done_on", "owner"),
            *Finding.objects.values_list("rule", "problem", "resolution"),
        ]

    before = rows()
    done: list[int] = []
    assert worklists.refresh_all(Child.objects.all(), done.append) == 1
    assert rows() == before
    assert done == [1]


def test_a_page_costs_the_same_number_of_queries_however_many_children(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            worklists.due_page(centre, on(120))
            worklists.due_counts(centre, on(120), "anna")
            worklists.finding_counts(centre)
            worklists.recently_touched(centre)
        return len(asked)

    one = cost()
    for number in range(12):
        child = register(
            hand, course_id=f"Q-{number}", origin=Origin.RECORDED, day0=INFUSED, now=clock()
        )
        given = {"date": INFUSED.isoformat(), "facts": {}}
        append(hand, [write(child, "infusion", given)], now=clock())
    assert len(worklists.due_page(centre, on(120))) == 13
    assert cost() == one


def test_the_list_is_read_from_the_index_of_what_is_open(centre: Centre, infused: Child) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("a plan for a handful of rows says nothing on PostgreSQL")
    plan = worklists.due_now(centre, on(120)).explain()
    assert "due_open" in plan
    assert "TEMP B-TREE" not in plan


# --- answers -----------------------------------------------------------------------------------


def test_seen_elsewhere_is_a_last_contact_and_settles_the_item(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    due = item(infused, DAY_100)
    when = PartialDate.of(on(101))
    entry = answers.seen_elsewhere(hand, due, when, "Ghent, letter of 30 July", now=clock())
    assert (entry.kind, entry.act) == ("last_contact", "write")
    assert course_of(infused).events[-1].source == "Ghent, letter of 30 July"
    assert listed(centre, 116) == []
    assert item(infused, MONTH_6).done_on is None


def test_after_a_move_nothing_more_is_asked(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    answers.moved(hand, item(infused, DAY_100), PartialDate.of(on(60)), "to Spain", now=clock())
    contacts = Due.objects.filter(child=infused, done_on=None)
    assert not contacts.exists()


def test_after_a_death_nothing_more_is_asked(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    due = item(infused, DAY_100)
    entry = answers.died(hand, due, PartialDate(2020, 7), "letter", cause="leukaemia", now=clock())
    assert entry.kind == "death"
    assert not Due.objects.filter(child=infused, done_on=None).exists()


def test_snoozed_is_hidden_until_the_day_and_never_done(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    clock.moment = clock.moment.replace(year=2020, month=8, day=10)
    until = on(150)
    due = item(infused, DAY_100)
    entry = answers.snooze(hand, due, until, "on holiday abroad", now=clock())
    assert (entry.kind, entry.event, entry.reason) == (
        "snooze",
        answer_event(DAY_100),
        "on holiday abroad",
    )
    assert listed(centre, 149) == [(MONTH_6, Standing.SOON, 4)]
    assert listed(centre, 150)[0] == (DAY_100, Standing.LATE, 35)
    assert [row.item for row in worklists.snoozed(centre, on(149))] == [DAY_100]
    assert item(infused, DAY_100).done_on is None
    answers.wake(hand, item(infused, DAY_100), "back early", now=clock())
    assert listed(centre, 130)[0] == (DAY_100, Standing.LATE, 15)
    assert Entry.objects.filter(event=answer_event(DAY_100)).count() == 2


def test_a_snooze_needs_a_reason_and_a_day_to_come(
    hand: Hand, infused: Child, clock: Clock
) -> None:
    due = item(infused, DAY_100)
    with pytest.raises(Refused, match="no reason"):
        answers.snooze(hand, due, date(2030, 1, 1), "  ", now=clock())
    with pytest.raises(Refused, match="a day that is past"):
        answers.snooze(hand, due, clock.moment.date(), "later", now=clock())
    assert not Entry.objects.filter(kind="snooze").exists()


def test_the_owner_is_who_registered_until_another_is_named(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    assert listed(centre, 120, "anna")[0][0] == DAY_100
    answers.take(hand, item(infused, DAY_100), "bram", "anna is away", now=clock())
    assert item(infused, DAY_100).owner == "bram"
    assert listed(centre, 120, "anna") == []
    assert listed(centre, 120, "bram")[0][0] == DAY_100
    assert item(infused, MONTH_6).owner == "anna"
    append(hand, [seen(infused, 30)], now=clock())
    assert item(infused, DAY_100).owner == "bram"


def test_a_person_says_that_an_item_counts_as_done(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    append(hand, [seen(infused, day) for day in (90, 180, 370, 725)], now=clock())
    due = item(infused, "cibmtr_15_year/1/year_2")
    answers.settle(hand, due, on(725), "our centre counts 30 days either way", now=clock())
    assert listed(centre, 740) == []
    assert item(infused, "cibmtr_15_year/1/year_2").done_on == on(725)
    worklists.refresh_all(Child.objects.all())
    assert item(infused, "cibmtr_15_year/1/year_2").done_on == on(725)


def test_an_item_of_a_schedule_that_is_gone_has_no_words() -> None:
    assert step_of("no_such/1/day_100") is None
    assert step_of("cibmtr_15_year/x/day_100") is None
    assert step_of("") is None


# --- findings ----------------------------------------------------------------------------------


def dead_too_early(hand: Hand, child: Child, clock: Clock) -> Finding:
    """An error: the child is assessed after its death."""
    append(
        hand,
        [
            write(child, "death", {"date": on(40).isoformat(), "facts": {"cause": "infection"}}),
            seen(child, 60),
        ],
        now=clock(),
    )
    return Finding.objects.get(child=child, rule="event_after_death")


def test_findings_are_those_of_the_rules_errors_first(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    finding = dead_too_early(hand, infused, clock)
    assert finding.severity == "error"
    assert finding.events == ["death-1", "assessment-1"]
    page = worklists.findings_page(centre, limit=50)
    weight = {"error": 0, "warning": 1, "note": 2}
    order = [weight[row.severity] for row in page]
    assert order == sorted(order)
    counts = worklists.finding_counts(centre)
    assert counts.errors == 1
    assert counts.total == len(page)
    joined = [
        row.pk
        for start in range(len(page) + 1)
        for row in worklists.findings_page(centre, offset=start, limit=1)
    ]
    assert joined == [row.pk for row in page]


def test_a_finding_goes_when_its_cause_goes(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    dead_too_early(hand, infused, clock)
    gone = Change(infused.key, "assessment-1", "assessment", "withdraw", None, 1, "wrong child")
    append(hand, [gone], now=clock())
    assert worklists.finding_counts(centre).errors == 0


def test_not_an_error_because_survives_later_runs(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    finding = dead_too_early(hand, infused, clock)
    entry = not_an_error(hand, finding, "autopsy, not an assessment", now=clock())
    assert (entry.kind, entry.reason) == ("resolution", "autopsy, not an assessment")
    assert worklists.finding_counts(centre).errors == 0
    append(hand, [seen(infused, 30)], now=clock())
    worklists.refresh_all(Child.objects.all())
    finding.refresh_from_db()
    assert finding.resolution == entry.number
    assert [row.pk for row in worklists.findings(centre, resolved=True)] == [finding.pk]


def test_the_answer_holds_for_that_value_and_no_other(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    finding = dead_too_early(hand, infused, clock)
    not_an_error(hand, finding, "autopsy", now=clock())
    moved = {"date": on(70).isoformat(), "facts": {"response": "CR"}}
    append(hand, [amend(infused, "assessment", moved, "assessment-1", 1)], now=clock())
    assert worklists.finding_counts(centre).errors == 1


def test_an_answer_can_be_taken_back_and_given_again(
    centre: Centre, hand: Hand, infused: Child, clock: Clock
) -> None:
    finding = dead_too_early(hand, infused, clock)
    not_an_error(hand, finding, "autopsy", now=clock())
    finding.refresh_from_db()
    an_error_after_all(hand, finding, "it was another child", now=clock())
    assert worklists.finding_counts(centre).errors == 1
    finding.refresh_from_db()
    not_an_error(hand, finding, "it was this child", now=clock())
    assert worklists.finding_counts(centre).errors == 0
    assert [e.act for e in Entry.objects.filter(kind="resolution").order_by("number")] == [
        *("write", "withdraw", "write"),
    ]


def test_an_answer_without_a_reason_is_refused(hand: Hand, infused: Child, clock: Clock) -> None:
    finding = dead_too_early(hand, infused, clock)
    with pytest.raises(Refused, match="no reason"):
        not_an_error(hand, finding, " ", now=clock())


def test_a_finding_keeps_its_age(hand: Hand, infused: Child, clock: Clock) -> None:
    finding = dead_too_early(hand, infused, clock)
    append(hand, [seen(infused, 90)], now=clock())
    worklists.refresh_all(Child.objects.all())
    again = Finding.objects.get(pk=finding.pk)
    assert (again.found_at, again.events) == (finding.found_at, finding.events)
    assert Finding.objects.filter(rule="event_after_death").count() == 2
