# SPDX-License-Identifier: Apache-2.0
"""Tables come into the ledger as they were shown beforehand, whole, once, and can be taken back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from cartulary.registry.child_payload import CHILD
from cartulary.registry.courses import cohort_of, course_of
from cartulary.registry.current import differences
from cartulary.registry.importing import DryRun, ImportRefused, Read, commit, dry_run, read_tables
from cartulary.registry.importing_outcome import Outcome, RowOutcome
from cartulary.registry.importing_undo import UndoRefused, undo
from cartulary.registry.models import Batch, Centre, Child, Current, Entry
from cartulary.registry.verifying import verify
from cartulary.registry.writing import Change, Hand, append
from tests.registry.conftest import Clock

PROGRAMME = "key,value\nname,Trial run\norigin,recorded\n"
CHILDREN = "child,sex,age_years,indication_date\nP-001,f,9,2020-03-10\nP-002,m,12.5,2021-01-05\n"
INFUSION = "child,date,number,dose per kg\nP-001,2020-04-14,1,2400000\nP-002,2021-02-10,1,1100000\n"
MEASUREMENT = (
    "child,date,analyte,value,unit\n"
    "P-001,2020-04-20,CRP,80,mg/L\n"
    "P-001,2020-04-21,CRP,60,mg/L\n"
    "P-002,2021-02-17,CRP,<5,mg/L\n"
)
TABLES = {
    "programme.csv": PROGRAMME,
    "children.csv": CHILDREN,
    "infusion.csv": INFUSION,
    "measurement.csv": MEASUREMENT,
}


def read(place: Path, **tables: str) -> Read:
    """The tables above, with others in their place, read from a new folder."""
    place.mkdir()
    for name, text in {**TABLES, **{f"{stem}.csv": t for stem, t in tables.items()}}.items():
        (place / name).write_text(text, encoding="utf-8")
    return read_tables(place, f"{place.name}.zip", "0" * 64)


def only(run: DryRun, outcome: Outcome) -> list[RowOutcome]:
    return [row for row in run.rows if row.outcome is outcome]


@pytest.fixture
def importer(hand: Hand) -> Hand:
    return Hand(hand.account, hand.username, hand.centre, "import")


def test_a_dry_run_writes_nothing_and_says_everything(
    centre: Centre, tmp_path: Path, importer: Hand
) -> None:
    run = dry_run(read(tmp_path / "a"), centre)
    assert run.rows_of == {"error": 0, "new": 9}
    assert run.children_of == {"new": 2}
    assert {(row.file, row.row) for row in run.rows if row.kind == "measurement"} == {
        ("measurement.csv", 2),
        ("measurement.csv", 3),
        ("measurement.csv", 4),
    }
    assert not Entry.objects.exists()
    assert not Batch.objects.exists()


def test_what_was_shown_is_what_is_written(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    tables = read(tmp_path / "a")
    shown = dry_run(tables, centre)
    batch = commit(importer, tables, clock(), "first load", seen=shown.fingerprint)
    assert Entry.objects.filter(batch=batch.key, via="import").count() == shown.changes == 9
    assert batch.counts["rows"] == shown.rows_of
    assert (batch.centre, batch.file_name, batch.file_sha256) == (centre, "a.zip", "0" * 64)
    assert verify(centre).intact
    assert differences(centre) == ()
    for course in tables.readable.courses:
        child = Child.objects.get(course_id=course.course_id)
        assert course_of(child).events == course.events
        assert course_of(child).day0 == course.day0


def test_a_row_keeps_its_date_and_its_place(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    row = Current.objects.get(event="measurement-2", child__course_id="P-001")
    payload = json.loads(row.payload)
    assert (payload["date"], payload["source"]) == ("2020-04-21", "measurement.csv row 3")


def test_the_same_file_twice_changes_nothing(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    again = read(tmp_path / "b")
    run = dry_run(again, centre)
    assert run.rows_of == {"error": 0, "same": 9}
    with pytest.raises(ImportRefused, match="changes nothing"):
        commit(importer, again, clock(), "once more")
    assert Batch.objects.count() == 1
    assert Entry.objects.count() == 9


def test_rows_put_in_between_do_not_rename_the_others(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    earlier = MEASUREMENT.replace("unit\n", "unit\nP-001,2020-04-16,CRP,12,mg/L\n")
    tables = read(tmp_path / "b", measurement=earlier)
    run = dry_run(tables, centre)
    assert run.rows_of == {"error": 0, "same": 9, "new": 1}
    [new] = only(run, Outcome.NEW)
    assert (new.event, new.row) == ("measurement-3", 2)
    commit(importer, tables, clock(), "one more")
    assert dry_run(tables, centre).rows_of == {"error": 0, "same": 10}
    assert verify(centre).intact


def test_a_changed_value_is_an_amendment_with_the_old_and_the_new(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    tables = read(tmp_path / "b", measurement=MEASUREMENT.replace("CRP,60", "CRP,61"))
    [row] = only(dry_run(tables, centre), Outcome.CHANGED)
    assert (row.child, row.event, row.row) == ("P-001", "measurement-2", 3)
    assert [(d.field, d.before, d.after) for d in row.differences] == [("value", 60, 61)]
    commit(importer, tables, clock(), "the laboratory corrected it")
    entry = Entry.objects.get(event="measurement-2", version=2)
    assert (entry.act, entry.reason) == ("amend", "the laboratory corrected it")


def test_an_empty_cell_erases_nothing(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    bare = "child,date,number\nP-001,2020-04-14,1\nP-002,2021-02-10,1\n"
    children = "child,indication_date\nP-001,2020-03-10\nP-002,2021-01-05\n"
    tables = read(tmp_path / "b", infusion=bare, children=children)
    assert dry_run(tables, centre).rows_of == {"error": 0, "same": 9}


def test_errors_stop_the_whole_or_their_own_course(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    tables = read(tmp_path / "a", infusion=INFUSION.replace("1100000", "many"))
    run = dry_run(tables, centre)
    [error] = only(run, Outcome.ERROR)
    assert (error.file, error.row, error.child) == ("infusion.csv", 3, "P-002")
    assert error.problem is not None
    assert error.problem.column == "dose per kg"
    assert [one.course_id for one in run.left_out] == ["P-002"]
    with pytest.raises(ImportRefused, match="Children with errors in their rows: 1"):
        commit(importer, tables, clock(), "first load")
    assert not Entry.objects.exists()
    batch = commit(importer, tables, clock(), "first load", good_courses=True)
    assert list(Child.objects.values_list("course_id", flat=True)) == ["P-001"]
    assert batch.counts["left_out"] == 1


def test_an_error_without_a_child_stops_everything(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    tables = read(tmp_path / "a", infusion=INFUSION.replace("child,", "childs name,"))
    assert dry_run(tables, centre).blocked
    for good in (True, False):
        with pytest.raises(ImportRefused, match="no course is certain"):
            commit(importer, tables, clock(), "first load", good_courses=good)
    assert not Entry.objects.exists()


def test_children_of_another_centre_stay_out(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    theirs = CHILDREN.replace("child,", "centre,child,").replace("\nP-", "\nTheir centre,P-", 1)
    theirs = theirs.replace("\nP-002", "\nOUR CENTRE,P-002")
    tables = read(tmp_path / "a", children=theirs)
    [error] = only(dry_run(tables, centre), Outcome.ERROR)
    assert (error.child, error.file, error.row) == ("P-001", "children.csv", 2)
    commit(importer, tables, clock(), "first load", good_courses=True)
    assert list(Child.objects.values_list("course_id", flat=True)) == ["P-002"]


def test_study_days_alone_stay_study_days(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    days = {
        "children": "child,age_years\nP-001,9\nP-002,12.5\n",
        "infusion": "child,day,number\nP-001,35,1\nP-002,36,1\n",
        "measurement": "child,day,analyte,value,unit\nP-001,41,CRP,80,mg/L\n",
    }
    tables = read(tmp_path / "a", **days)
    commit(importer, tables, clock(), "first load")
    child = Child.objects.get(course_id="P-001")
    assert child.day0 is None
    assert course_of(child).infusion_days == (35,)
    assert dry_run(read(tmp_path / "b", **days), centre).rows_of == {"error": 0, "same": 5}
    # Later files that know the dates say the same of the events, and more of the child.
    run = dry_run(read(tmp_path / "c"), centre)
    changed = [(row.child, row.kind) for row in only(run, Outcome.CHANGED)]
    assert ("P-001", CHILD) in changed
    assert ("P-001", "infusion") in changed  # it now has a dose
    assert all("date" not in {d.field for d in row.differences} for row in run.rows)


def test_study_days_fit_a_child_whose_day_0_is_known(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    days = {
        "children": "child\nP-001\nP-002\n",
        "infusion": "child,day,number\nP-001,35,1\nP-002,36,1\n",
        "measurement": "child,day,analyte,value,unit\nP-001,41,CRP,80,mg/L\n",
    }
    run = dry_run(read(tmp_path / "b", **days), centre)
    assert run.rows_of == {"error": 0, "same": 5}


def test_named_events_are_followed_wherever_they_go(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    named = "child,event,date,number\nP-001,inf-a,2020-04-14,1\nP-002,inf-b,2021-02-10,1\n"
    commit(importer, read(tmp_path / "a", infusion=named), clock(), "first load")
    moved = named.replace("2020-04-14", "2020-04-15")
    [row] = only(dry_run(read(tmp_path / "b", infusion=moved), centre), Outcome.CHANGED)
    assert row.event == "inf-a"
    assert [(d.field, d.before, d.after) for d in row.differences] == [
        ("date", "2020-04-14", "2020-04-15")
    ]


def test_a_ledger_that_moved_on_is_looked_at_again(
    centre: Centre, importer: Hand, hand: Hand, clock: Clock, tmp_path: Path
) -> None:
    commit(importer, read(tmp_path / "a"), clock(), "first load")
    tables = read(tmp_path / "b", measurement=MEASUREMENT.replace("CRP,60", "CRP,61"))
    seen = dry_run(tables, centre).fingerprint
    child = Child.objects.get(course_id="P-001")
    payload = {"date": "2020-04-21", "facts": {"analyte": "crp", "value": 62, "unit": "mg/l"}}
    append(
        hand,
        [Change(child.key, "measurement-2", "measurement", "amend", payload, 1, "by hand")],
        now=clock(),
    )
    with pytest.raises(ImportRefused, match="changed since the dry run"):
        commit(importer, tables, clock(), "correction", seen=seen)
    assert Entry.objects.filter(batch__isnull=False).count() == 9
    assert Batch.objects.count() == 1


def test_two_imports_of_one_file_write_it_once(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    first, second = read(tmp_path / "a"), read(tmp_path / "b")
    seen = dry_run(first, centre).fingerprint
    assert dry_run(second, centre).fingerprint == seen
    commit(importer, first, clock(), "first load", seen=seen)
    with pytest.raises(ImportRefused):
        commit(importer, second, clock(), "first load", seen=seen)
    assert Entry.objects.count() == 9


def test_an_interruption_leaves_no_half_batch(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    def stop(written: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        commit(importer, read(tmp_path / "a"), clock(), "first load", progress=stop)
    assert not Entry.objects.exists()
    assert not Batch.objects.exists()
    assert not Child.objects.exists()


def test_an_import_needs_a_reason(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    with pytest.raises(ImportRefused, match="no reason"):
        commit(importer, read(tmp_path / "a"), clock(), "  ")


# --- undo ---------------------------------------------------------------------------------------


def test_undo_withdraws_what_came_in_and_the_file_can_come_again(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    tables = read(tmp_path / "a")
    batch = commit(importer, tables, clock(), "first load")
    undone = undo(importer, batch, clock(), "the wrong file")
    assert undone.undone_at is not None
    assert len(cohort_of(Child.objects.all())) == 0
    assert Entry.objects.filter(batch=batch.key, act="withdraw").count() == 9
    assert verify(centre).intact
    assert differences(centre) == ()
    with pytest.raises(UndoRefused, match="already"):
        undo(importer, batch, clock(), "once more")
    assert dry_run(tables, centre).rows_of == {"error": 0, "new": 9}
    commit(importer, tables, clock(), "again")
    assert len(cohort_of(Child.objects.all())) == 2


def test_undo_gives_back_what_an_amendment_replaced(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    first = read(tmp_path / "a")
    commit(importer, first, clock(), "first load")
    before = dict(Current.objects.values_list("event", "payload"))
    more = MEASUREMENT.replace("CRP,60", "CRP,61") + "P-002,2021-02-18,CRP,9,mg/L\n"
    batch = commit(importer, read(tmp_path / "b", measurement=more), clock(), "correction")
    assert batch.counts["rows"] == {"error": 0, "same": 8, "changed": 1, "new": 1}
    undo(importer, batch, clock(), "it was right before")
    standing = Current.objects.filter(withdrawn=False)
    assert dict(standing.values_list("event", "payload")) == before
    assert dry_run(first, centre).rows_of == {"error": 0, "same": 9}
    # What an undone import wrote may come again under the same name.
    again = read(tmp_path / "c", measurement=more)
    commit(importer, again, clock(), "right after all")
    assert dry_run(again, centre).rows_of == {"error": 0, "same": 10}


def test_undo_stops_at_what_somebody_wrote_since(
    centre: Centre, importer: Hand, hand: Hand, clock: Clock, tmp_path: Path
) -> None:
    batch = commit(importer, read(tmp_path / "a"), clock(), "first load")
    child = Child.objects.get(course_id="P-002")
    payload = {"date": "2021-02-11", "facts": {"number": 1}}
    append(
        hand,
        [
            Change(child.key, "infusion-1", "infusion", "amend", payload, 1, "by hand"),
            Change(child.key, "", "death", "write", {"date": "2022-01-01", "facts": {}}, 0),
        ],
        now=clock(),
    )
    count = Entry.objects.count()
    with pytest.raises(UndoRefused, match="P-002 infusion-1") as refused:
        undo(importer, batch, clock(), "the wrong file")
    assert [one.event for one in refused.value.obstacles] == ["infusion-1", "death-1"]
    assert Entry.objects.count() == count
    assert Batch.objects.get().undone_at is None


def test_undo_passes_over_what_was_withdrawn_since(
    centre: Centre, importer: Hand, hand: Hand, clock: Clock, tmp_path: Path
) -> None:
    tables = read(tmp_path / "a")
    batch = commit(importer, tables, clock(), "first load")
    child = Child.objects.get(course_id="P-002")
    gone = Change(child.key, "infusion-1", "infusion", "withdraw", None, 1, "never given")
    append(hand, [gone], now=clock())
    run = dry_run(tables, centre)
    assert [(row.child, row.event) for row in only(run, Outcome.WITHDRAWN)] == [
        ("P-002", "infusion-1")
    ]
    undo(importer, batch, clock(), "the wrong file")
    assert not Child.objects.filter(withdrawn=False).exists()


def test_undo_is_of_the_own_centre(
    centre: Centre, importer: Hand, clock: Clock, tmp_path: Path
) -> None:
    batch = commit(importer, read(tmp_path / "a"), clock(), "first load")
    theirs = Hand(None, "bob", Centre.objects.create(code="theirs", name="Theirs"), "import")
    with pytest.raises(UndoRefused, match="no such import"):
        undo(theirs, batch, clock(), "mischief")
    assert course_of(Child.objects.get(course_id="P-001")).day0 == date(2020, 3, 10)
