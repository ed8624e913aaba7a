# SPDX-License-Identifier: Apache-2.0
"""Several people, one child: drafts, two who save at once, history, roles, and other centres."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest

from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock
from cartulary.registry.courses import course_of, history_of
from cartulary.registry.models import Child, Current, Draft, Entry, Finding, Membership, Reading
from cartulary.registry.writing import Change, append
from cartulary.web.entry.form_filling import texts_of
from cartulary.web.entry.place import anchors_of

CRS = {"toxicity": "crs", "grade": 2, "infusion_number": 1, "end_day": "2020-03-23",
       "scale": "ASTCT 2019", "basis": "computed"}  # fmt: skip


@pytest.fixture
def with_crs(a_child, hand) -> Child:
    """A child with an infusion and CRS from 18 to 23 March."""
    append(
        hand,
        [
            Change(a_child.key, "", "infusion", "write",
                   {"date": "2020-03-17", "facts": {"number": 1}}, 0),
            Change(a_child.key, "", "toxicity", "write",
                   {"date": "2020-03-18", "facts": CRS}, 0),
        ],
        now=clock.now(),
    )  # fmt: skip
    return a_child


def at(child: Child, *rest: str) -> str:
    return f"/children/{child.key}/" + "".join(f"{part}/" for part in rest)


def shown(child: Child, event: str) -> dict[str, list[str]]:
    """What stands in the form of an amendment when it opens."""
    course = course_of(child)
    found = next(one for one in course.events if one.event_id == event)
    return texts_of(found, anchors_of(child, course, event))


def amended(client, child, event="toxicity-1", version=1, reason="read again", **texts):
    posted = {**shown(child, event), "base_version": str(version), "change_reason": reason}
    posted |= {"act": "save", **texts}
    return client.post(at(child, "events", event, "amend"), posted)


# --- drafts ------------------------------------------------------------------------------------


def test_a_draft_is_kept_by_itself_and_opened_again(a_child, client_of) -> None:
    client = client_of("clinician")
    form = at(a_child, "events", "new", "infusion")
    kept = client.post(f"{form}draft/", {"date": "dag 43", "weight_kg": "24,6", "rest": ""})
    assert re.search(r"Draft \d\d:\d\d", kept.content.decode())
    assert kept["X-Cartulary-Part"] == "1"
    assert Draft.objects.get().data == {"date": ["dag 43"], "weight_kg": ["24,6"]}
    assert not Entry.objects.filter(kind="infusion").exists()

    page = client.get(form).content.decode()
    assert 'value="dag 43"' in page
    assert "This is your draft of" in page
    assert "17 March 2020" in page


def test_a_draft_outlives_its_session(a_child, client_of) -> None:
    first = client_of("clinician")
    form = at(a_child, "events", "new", "infusion")
    first.post(f"{form}draft/", {"date": "dag 43"})
    first.logout()
    assert first.get(form).status_code == 302
    again = client_of("clinician")
    assert 'value="dag 43"' in again.get(form).content.decode()


def test_a_draft_is_its_writers_alone(a_child, client_of) -> None:
    form = at(a_child, "events", "new", "infusion")
    client_of("clinician").post(f"{form}draft/", {"date": "dag 43"})
    assert "dag 43" not in client_of("data_manager").get(form).content.decode().replace(
        "day 43", ""
    )
    assert (
        "infusion"
        not in client_of("data_manager").get(at(a_child, "events", "new")).context["drafts"]
    )


def test_a_draft_can_be_kept_without_javascript_and_thrown_away(a_child, client_of) -> None:
    client = client_of("clinician")
    form = at(a_child, "events", "new", "infusion")
    answer = client.post(form, {"date": "dag 43", "act": "draft"}, follow=True)
    assert "Begun and not saved" in answer.content.decode()
    client.post(at(a_child, "events", "new"), {"kind": "infusion", "event": ""})
    assert not Draft.objects.exists()
    client.post(form, {"date": "dag 43", "act": "draft"})
    client.post(form, {"act": "anew"})
    assert not Draft.objects.exists()


def test_saving_ends_the_draft(a_child, client_of) -> None:
    client = client_of("clinician")
    form = at(a_child, "events", "new", "death")
    client.post(f"{form}draft/", {"date": "2020-09"})
    client.post(form, {"date": "2020-09", "cause": "infection", "act": "save"})
    assert not Draft.objects.exists()


def test_a_draft_has_an_end(a_child, client_of) -> None:
    client = client_of("clinician")
    form = at(a_child, "events", "new", "infusion")
    assert "Too long" in client.post(f"{form}draft/", {"source": "x" * 30_000}).content.decode()
    assert not Draft.objects.exists()


# --- two who save at once ----------------------------------------------------------------------


def test_two_people_one_event_both_versions_side_by_side(with_crs, client_of) -> None:
    mine, theirs = client_of("data_manager"), client_of("clinician")
    assert amended(theirs, with_crs, end_day="22-3-2020").status_code == 302

    answer = amended(mine, with_crs, date="19-3-2020", end_day="23-3-2020")
    page = answer.content.decode()
    assert answer.status_code == 409
    rows = {row.label: row for row in answer.context["rows"]}
    assert rows["Date"].words == ("19 March 2020", "18 March 2020")
    assert rows["End"].words == ("23 March 2020", "22 March 2020")
    assert (rows["Date"].differs, rows["Toxicity"].differs) == (True, False)
    assert "<strong>19 March 2020</strong>" in page
    assert "Nothing is lost" in page
    assert Current.objects.get(event="toxicity-1").version == 2
    assert Draft.objects.filter(event="toxicity-1").exists()

    hidden = dict(answer.context["hidden"])
    again = {**hidden, "base_version": "2", "change_reason": "seen at the bedside", "act": "save"}
    assert mine.post(at(with_crs, "events", "toxicity-1", "amend"), again).status_code == 302
    versions = history_of(with_crs, "toxicity-1")
    assert [one.version for one in versions] == [1, 2, 3]
    assert json.loads(versions[-1].payload)["date"] == "2020-03-19"


def test_the_version_of_the_other_can_be_kept(with_crs, client_of) -> None:
    mine, theirs = client_of("data_manager"), client_of("clinician")
    amended(theirs, with_crs, end_day="22-3-2020")
    amended(mine, with_crs, date="19-3-2020")
    answer = mine.post(at(with_crs, "events", "toxicity-1", "amend"), {"act": "theirs"})
    assert answer.status_code == 302
    assert Current.objects.get(event="toxicity-1").version == 2
    assert not Draft.objects.exists()


def test_an_event_that_was_withdrawn_meanwhile_can_only_be_left(with_crs, client_of) -> None:
    mine, theirs = client_of("data_manager"), client_of("clinician")
    texts = shown(with_crs, "toxicity-1")
    theirs.post(
        at(with_crs, "events", "toxicity-1", "withdraw"),
        {"reason": "wrong child", "base_version": "1"},
    )
    answer = mine.post(
        at(with_crs, "events", "toxicity-1", "amend"),
        {**texts, "base_version": "1", "change_reason": "end", "act": "save"},
    )
    assert answer.status_code == 404


# --- amend, withdraw, history ------------------------------------------------------------------


def test_an_amendment_needs_a_reason_and_shows_what_it_said_before(with_crs, client_of) -> None:
    client = client_of("clinician")
    page = client.get(at(with_crs, "events", "toxicity-1", "amend")).content.decode()
    assert "23 March 2020" in page
    assert 'id="before-end_day"' in page
    answer = amended(client, with_crs, reason="", end_day="22-3-2020")
    assert "f-change_reason" in {one.target for one in answer.context["form"].wrong}
    assert Current.objects.get(event="toxicity-1").version == 1


def test_the_history_says_who_when_why_and_what_before(with_crs, client_of) -> None:
    client = client_of("clinician")
    amended(client, with_crs, reason="still feverish", end_day="24-3-2020")
    answer = client.get(at(with_crs, "events", "toxicity-1"))
    newest, first = answer.context["versions"]
    assert newest.reason == "still feverish"
    assert [(one.label, one.words) for one in newest.changes] == [
        ("End", ("23 March 2020", "24 March 2020"))
    ]
    entries = history_of(with_crs, "toxicity-1")
    assert [first.number, newest.number] == [str(one.number) for one in entries]
    page = answer.content.decode()
    assert "<s>23 March 2020</s> → <b>24 March 2020</b>" in page
    assert "by clinician" in page


def test_a_withdrawal_needs_a_reason_and_what_it_said_stays(with_crs, client_of) -> None:
    client = client_of("clinician")
    url = at(with_crs, "events", "toxicity-1", "withdraw")
    assert "Say in a few words why" in client.post(url, {"reason": " "}).content.decode()
    answer = client.post(url, {"reason": "wrong child", "base_version": "1"}, follow=True)
    page = answer.content.decode()
    assert "Withdrawn; it counts in no figure." in page
    assert "wrong child" in page
    assert "ASTCT 2019" in page
    assert [one.kind for one in course_of(with_crs).events] == ["infusion"]
    assert client.get(at(with_crs, "events", "toxicity-1", "amend")).status_code == 404
    listed = client.get(at(with_crs, "events")).content.decode()
    assert "withdrawn" in listed


def test_a_withdrawal_of_what_changed_meanwhile_is_stopped(with_crs, client_of) -> None:
    client = client_of("clinician")
    amended(client_of("data_manager"), with_crs, end_day="22-3-2020")
    url = at(with_crs, "events", "toxicity-1", "withdraw")
    page = client.post(url, {"reason": "wrong child", "base_version": "1"}).content.decode()
    assert "Somebody changed this event" in page
    assert not Current.objects.get(event="toxicity-1").withdrawn


def test_the_reason_beside_the_course_is_kept_for_an_amendment_too(with_crs, client_of) -> None:
    client = client_of("clinician")
    early = {"date": "16-3-2020", "reason": "read again"}
    answer = amended(client, with_crs, **early)
    asked = {one.target for one in answer.context["form"].wrong}
    assert asked == {"b-toxicity_before_infusion", "b-toxicity_of_unknown_infusion"}
    because = {f"because_{target[2:]}": "fever began the night before" for target in asked}
    assert amended(client, with_crs, **early, **because).status_code == 302
    finding = Finding.objects.get(rule="toxicity_before_infusion", child=with_crs)
    assert finding.resolution is not None


# --- who may -----------------------------------------------------------------------------------


MAY_WRITE = {
    "data_manager": set(EVENT_TYPE_OF_KIND) - {"product", "custody"},
    "clinician": set(EVENT_TYPE_OF_KIND) - {"product", "custody"},
    "laboratory": {"apheresis", "product", "custody"},
    "director": set(),
    "auditor": set(),
    "administrator": set(),
}


@pytest.mark.parametrize("role", MAY_WRITE)
def test_each_role_writes_its_own_kinds(role, a_child, client_of) -> None:
    client = client_of(role)
    for kind in EVENT_TYPE_OF_KIND:
        allowed = 200 if kind in MAY_WRITE[role] else 403
        url = at(a_child, "events", "new", kind)
        assert client.get(url).status_code == allowed, kind
        assert client.post(url, {"date": "?", "act": "save"}).status_code == allowed, kind
        assert client.post(f"{url}draft/", {"date": "?"}).status_code == allowed, kind
        assert client.post(f"{url}read/date/", {"date": "?"}).status_code == allowed, kind
    assert Entry.objects.exclude(kind="child").count() == 0


@pytest.mark.parametrize(
    ("role", "rest", "status"),
    [
        ("auditor", ("events",), 200),
        ("auditor", ("events", "toxicity-1"), 200),
        ("auditor", ("events", "toxicity-1", "amend"), 403),
        ("auditor", ("events", "toxicity-1", "withdraw"), 403),
        ("laboratory", ("events", "toxicity-1", "amend"), 403),
        ("laboratory", ("events", "toxicity-1", "withdraw"), 403),
        ("director", ("events", "new"), 403),
        ("administrator", ("events",), 403),
        ("administrator", ("events", "toxicity-1"), 403),
        ("director", ("identity",), 403),
        ("laboratory", ("identity",), 403),
        ("clinician", ("identity",), 200),
        ("clinician", ("identity", "erase"), 403),
        ("data_manager", ("identity", "erase"), 200),
    ],
)
def test_a_page_is_for_its_roles(role, rest, status, with_crs, client_of) -> None:
    assert client_of(role).get(at(with_crs, *rest)).status_code == status


@pytest.mark.parametrize(
    "rest",
    [
        ("events",),
        ("events", "new"),
        ("events", "new", "infusion"),
        ("events", "infusion-1"),
        ("events", "infusion-1", "amend"),
        ("events", "infusion-1", "withdraw"),
        ("identity",),
        ("identity", "erase"),
    ],
)
def test_a_child_of_another_centre_is_not_there(rest, their_child, client_of, account_of) -> None:
    other = account_of("data_manager", their_child.centre)
    from cartulary.registry.writing import Hand

    append(
        Hand(other, other.username, their_child.centre, "form"),
        [Change(their_child.key, "", "infusion", "write", {"date": "2020-02-01", "facts": {}}, 0)],
        now=clock.now(),
    )
    client = client_of("data_manager")
    assert client.get(at(their_child, *rest)).status_code == 404
    if rest not in (("events",), ("events", "infusion-1")):
        assert client.post(at(their_child, *rest), {"act": "save"}).status_code == 404
    assert Entry.objects.filter(child=their_child.key).count() == 2


def test_an_unknown_kind_or_event_is_not_there(a_child, client_of) -> None:
    client = client_of("clinician")
    assert client.get(at(a_child, "events", "new", "nonsense")).status_code == 404
    assert client.get(at(a_child, "events", "death-1")).status_code == 404
    assert client.get(at(a_child, "events", "child")).status_code == 404


def test_a_page_that_was_read_is_written_down(with_crs, client_of) -> None:
    client = client_of("clinician")
    before = Reading.objects.count()
    for rest in (("events",), ("events", "toxicity-1"), ("events", "new", "death"), ("identity",)):
        client.get(at(with_crs, *rest))
    pages = list(Reading.objects.order_by("id").values_list("page", "child")[before:])
    assert [page for page, _child in pages] == ["events", "event", "entry form", "identity"]
    assert {child for _page, child in pages} == {with_crs.key}


def test_no_address_holds_a_pseudonym_or_a_value(with_crs, client_of, account_of, centre) -> None:
    Membership.objects.create(
        account=account_of("data_manager"), centre=centre, role="laboratory", since=date(2015, 1, 1)
    )
    client = client_of("data_manager")
    seen = set()
    pages = (("events",), ("events", "new"), ("events", "toxicity-1"),
             ("events", "toxicity-1", "amend"), ("events", "new", "finding"))  # fmt: skip
    for rest in pages:
        page = client.get(at(with_crs, *rest)).content.decode()
        seen |= set(re.findall(r'(?:href|action|hx-post|src)="([^"]*)"', page))
    moved = amended(client, with_crs, end_day="22-3-2020")
    seen.add(moved["Location"])
    assert seen
    for address in seen:
        for value in (with_crs.course_id, "2020", "ASTCT", "22-3"):
            assert value not in address, address
