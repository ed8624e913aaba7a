# SPDX-License-Identifier: Apache-2.0
"""The list of children, and each child's timeline and table."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course.course import Course
from cartulary.registry import clock
from cartulary.registry.models import Child, Entry, Reading
from cartulary.registry.payload import payload_of
from cartulary.registry.roles import Role
from cartulary.registry.writing import Change, Hand, append, register
from cartulary.web.children.day_grades import graded_lanes
from cartulary.web.children.lanes import lanes_of
from cartulary.web.children.marks import CELL, DARK_BAR, DASH
from cartulary.web.children.panels import ALL, Clock

DAY0 = date(2020, 2, 3)

DRAWN = """
day 0 is indication
0   | indication      | reason: later_relapse
5   | apheresis       | cd3_yield_e9: 1.9
30  | lymphodepletion | regimen: flu_cy, stop_day: 33
36  | infusion        | number: 1, dose_cells_per_kg: 2400000, weight_kg: 24.6
38  | finding         | temperature_c: 38.6, hypotension: no, oxygen_support: none
39  | finding         | temperature_c: 39.1, hypotension: yes, vasopressors: 0, oxygen_support: none
64  | assessment      | response: CR, mrd_result: negative, b_cell_aplasia: yes
200 | assessment      | response: CR, b_cell_aplasia: no
"""


@pytest.fixture
def course() -> Course:
    return course_from_drawing(DRAWN)


@pytest.fixture
def drawn_child(hand: Hand, course: Course) -> Child:
    child = register(hand, course_id="M-014", age_days_at_day0=2600, day0=DAY0, now=clock.now())
    changes = [
        Change(child.key, event.event_id, event.kind, "write", payload_of(event, DAY0), 0)
        for event in course
    ]
    append(hand, changes, now=clock.now())
    return child


def lane(course: Course, name: str, today: int = 300):
    return next(one for one in lanes_of(course, 1, today) if one.name == name)


def test_each_day_has_its_grade_and_a_day_without_signs_is_a_dash(course: Course) -> None:
    crs = lane(course, "crs")
    by_day = {mark.day - 36: (mark.shape, mark.grade) for mark in crs.marks}
    assert by_day[2] == (CELL, 1)
    assert by_day[3] == (CELL, 2)
    assert by_day[1] == (DASH, None)
    assert crs.worst == 2
    assert set(by_day) == set(range(29))


def test_nothing_is_drawn_of_days_to_come(course: Course) -> None:
    marks = graded_lanes(course, 1, 38)[0].marks
    assert max(mark.day for mark in marks) == 38


def test_aplasia_runs_from_the_infusion_to_the_last_yes_and_then_is_lost(course: Course) -> None:
    bar, lost = lane(course, "aplasia").marks
    assert (bar.shape, bar.day, bar.end) == (DARK_BAR, 36, 64)
    assert lost.day == 200


def test_a_stretch_over_two_panels_is_drawn_in_both() -> None:
    parts = Clock(ALL, 0).stretches(20, 60)
    assert len(parts) == 2
    assert all(left < right for left, right in parts)


def test_every_mark_of_the_picture_stands_in_the_table(
    client_of: Callable[..., Client], drawn_child: Child, course: Course
) -> None:
    client = client_of(Role.CLINICIAN)
    picture = client.get(f"/children/{drawn_child.key}/").content.decode()
    table = client.get(f"/children/{drawn_child.key}/table/").content.decode()
    drawn = set(re.findall(r'aria-label="([^"]+)"><title>', picture))
    assert len(drawn) > 10
    missing = {words for words in drawn if words not in table}
    assert not missing


def test_the_sentence_says_where_the_child_is(
    client_of: Callable[..., Client], drawn_child: Child
) -> None:
    page = client_of(Role.CLINICIAN).get(f"/children/{drawn_child.key}/").content.decode()
    assert "Infused on 10 March 2020, 36 days after the indication." in page
    assert "CRS up to grade 2" in page
    assert "In remission since D+28; B cells back." in page
    dutch = client_of(Role.CLINICIAN, lang="nl").get(f"/children/{drawn_child.key}/")
    assert "Geïnfundeerd op 10 maart 2020" in dutch.content.decode()


def test_a_chosen_mark_shows_its_history_in_the_margin(
    client_of: Callable[..., Client], drawn_child: Child, hand: Hand
) -> None:
    url = f"/children/{drawn_child.key}/"
    event = "infusion-1"
    payload = {"date": "2020-03-11", "facts": {"number": 1}}
    change = Change(drawn_child.key, event, "infusion", "amend", payload, 1, "Wrong date copied")
    append(hand, [change], now=clock.now())
    client = client_of(Role.CLINICIAN)
    for headers in ({}, {"HTTP_HX_REQUEST": "true"}):
        page = client.get(url, {"event": event}, **headers).content.decode()
        assert "Wrong date copied" in page
        assert "10 March 2020" in page
    assert "<html" not in client.get(url, {"event": event}, HTTP_HX_REQUEST="true").content.decode()


def test_as_of_an_earlier_day_shows_what_was_known_then(
    client_of: Callable[..., Client], drawn_child: Child
) -> None:
    yesterday = (clock.today() - timedelta(days=1)).isoformat()
    answer = client_of(Role.CLINICIAN).get(f"/children/{drawn_child.key}/", {"as_of": yesterday})
    assert answer.status_code == 404
    assert Entry.objects.filter(child=drawn_child.key).exists()


def test_every_look_is_written_down(client_of: Callable[..., Client], drawn_child: Child) -> None:
    client = client_of(Role.CLINICIAN)
    client.get(f"/children/{drawn_child.key}/")
    client.get(f"/children/{drawn_child.key}/table/")
    pages = list(Reading.objects.filter(child=drawn_child.key).values_list("page", flat=True))
    assert sorted(pages) == ["table", "timeline"]


def test_the_list_is_filtered_by_post_and_shows_only_this_centre(
    client_of: Callable[..., Client], drawn_child: Child, their_child: Child
) -> None:
    client = client_of(Role.DATA_MANAGER)
    assert "M-014" in client.get("/children/").content.decode()
    assert "T-001" not in client.get("/children/").content.decode()
    assert "M-014" not in client.post("/children/", {"q": "zzz"}).content.decode()
    assert "M-014" in client.post("/children/", {"q": "m-01"}).content.decode()


def test_odd_choices_in_the_address_are_no_error(
    client_of: Callable[..., Client], drawn_child: Child
) -> None:
    client = client_of(Role.CLINICIAN)
    url = f"/children/{drawn_child.key}/"
    odd = ("panel=x", "infusion=99", "infusion=²", "as_of=2020-13-01", "event=%00x", "event=<b>")
    for query in odd:
        assert client.get(f"{url}?{query}").status_code == 200, query
