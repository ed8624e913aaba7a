# SPDX-License-Identifier: Apache-2.0
"""A cohort: many courses as columns. A course is a view of it, and goes in and out unchanged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import polars as pl

from cartulary.course.cohort_columns import (
    CHILD,
    CHILDREN_SCHEMA,
    EVENT_SCHEMAS,
    children_frame,
    courses_of,
    event_frames,
    in_column_order,
    row_offsets,
)
from cartulary.course.cohort_frames import completed_children, completed_events
from cartulary.course.course import Course, Origin
from cartulary.course.errors import CourseError

FORMAT = "cartulary cohort 1"


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """Many courses as Polars frames: one of children, one for each kind of event.

    `children`: a row a child; its row number is the child's number. Columns course_id, origin,
    centre, sex, age_days_at_day0 (days), day0, day0_is, data_cut_day (study day).
    `events[kind]`: a row an event, for every kind, sorted by child, day (unknown last) and id.
    Columns child, event_id, source, day (study day), precision, then one for each fact. A null is
    "not recorded"; another absence is a null with its code in the column `<fact>:absence`.
    Kinds and columns that are left out are taken as empty, and events without ids are named.

    Refuses, with every problem of a frame at once: two children with one course_id, an event of
    no child, an unknown column or code, a value outside its limits, two events with one id.

    >>> import polars as pl
    >>> children = pl.DataFrame({"course_id": ["a", "b"], "origin": ["simulated", "simulated"]})
    >>> infusions = pl.DataFrame({"child": [1, 0], "day": [40, 35]})
    >>> cohort = Cohort(children, {"infusion": infusions})
    >>> len(cohort), cohort.course("b").infusion_days
    (2, (40,))
    """

    children: pl.DataFrame
    events: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    name: str = ""
    data_cut: date | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        strange = sorted(set(self.events) - set(EVENT_SCHEMAS))
        if strange:
            raise CourseError(
                f"No kind of event is called {', '.join(map(repr, strange))}. "
                f"Known: {', '.join(EVENT_SCHEMAS)}."
            )
        children = completed_children(self.children)
        events = {
            kind: completed_events(kind, self.events.get(kind), children.height)
            for kind in EVENT_SCHEMAS
        }
        _refuse_shared_ids(children, events)
        object.__setattr__(self, "children", children)
        object.__setattr__(self, "events", MappingProxyType(events))
        object.__setattr__(self, "notes", tuple(self.notes))

    @classmethod
    def _checked(
        cls,
        children: pl.DataFrame,
        events: Mapping[str, pl.DataFrame],
        name: str,
        data_cut: date | None,
        notes: tuple[str, ...],
    ) -> Cohort:
        """A cohort of frames that come from checked courses or from another cohort."""
        ordered = {
            kind: in_column_order(events[kind], schema) for kind, schema in EVENT_SCHEMAS.items()
        }
        made = object.__new__(cls)
        object.__setattr__(made, "children", in_column_order(children, CHILDREN_SCHEMA))
        object.__setattr__(made, "events", MappingProxyType(ordered))
        object.__setattr__(made, "name", name)
        object.__setattr__(made, "data_cut", data_cut)
        object.__setattr__(made, "notes", notes)
        return made

    @classmethod
    def from_courses(
        cls,
        courses: Iterable[Course],
        name: str = "",
        data_cut: date | None = None,
        notes: tuple[str, ...] = (),
    ) -> Cohort:
        """The cohort of these courses, in this order; refused when two have one course_id."""
        held = list(courses)
        children = children_frame(held)
        _refuse_twice(children["course_id"])
        return cls._checked(children, event_frames(held), name, data_cut, tuple(notes))

    @classmethod
    def concat(
        cls,
        cohorts: Iterable[Cohort],
        name: str = "",
        data_cut: date | None = None,
        notes: tuple[str, ...] | None = None,
    ) -> Cohort:
        """One cohort after another; refused when a course_id stands in two of them.

        The data cut is kept when all agree on it, and the notes of all are kept, unless given.
        """
        parts = list(cohorts)
        if not parts:
            return cls.from_courses((), name, data_cut, notes or ())
        children = pl.concat([part.children for part in parts], how="diagonal")
        _refuse_twice(children["course_id"])
        starts = [0]
        for part in parts:
            starts.append(starts[-1] + len(part))
        events = {
            kind: _one_after_another([part.events[kind] for part in parts], starts)
            for kind in EVENT_SCHEMAS
        }
        cuts = {part.data_cut for part in parts}
        kept = tuple(dict.fromkeys(note for part in parts for note in part.notes))
        return cls._checked(
            children,
            events,
            name,
            data_cut or (cuts.pop() if len(cuts) == 1 else None),
            kept if notes is None else tuple(notes),
        )

    def __len__(self) -> int:
        return self.children.height

    def __repr__(self) -> str:
        rows = sum(frame.height for frame in self.events.values())
        return f"<Cohort {self.name or 'without a name'}: {len(self)} children, {rows} events>"

    def equals(self, other: Cohort) -> bool:
        """True when both hold the same courses in the same order, with the same name and cut."""
        return (
            (self.name, self.data_cut, self.notes) == (other.name, other.data_cut, other.notes)
            and self.children.equals(other.children)
            and all(frame.equals(other.events[kind]) for kind, frame in self.events.items())
        )

    @property
    def course_ids(self) -> tuple[str, ...]:
        """The pseudonyms, in order."""
        return tuple(self.children["course_id"].to_list())

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The origins that occur in it; figures never mix them in one line."""
        found = set(self.children["origin"].unique().to_list())
        return tuple(origin for origin in Origin if origin.value in found)

    @cached_property
    def _offsets(self) -> dict[str, list[int]]:
        return {kind: row_offsets(frame, len(self)) for kind, frame in self.events.items()}

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {course_id: number for number, course_id in enumerate(self.course_ids)}

    def course(self, course_id: str) -> Course:
        """The course with this pseudonym; refused when there is none."""
        number = self._numbers.get(course_id)
        if number is None:
            raise CourseError(f"There is no course {course_id!r} in {self!r}. See `course_ids`.")
        return next(courses_of(self.children, self.events, self._offsets, (number,)))

    def courses(self) -> Iterator[Course]:
        """Every course, in order, decoded a block of children at a time."""
        return courses_of(self.children, self.events, self._offsets, range(len(self)))

    def select(self, which: pl.Series | pl.Expr | Iterable[str] | Iterable[bool]) -> Cohort:
        """The children for whom a mask is true, or with these pseudonyms, in the cohort's order.

        A mask has one truth value a child (a Series, or a Polars expression on the children's
        columns). Refuses an unknown pseudonym, and a mask of another length or with a null.

        >>> cohort = Cohort(pl.DataFrame({"course_id": ["a", "b"], "origin": ["recorded"] * 2}))
        >>> cohort.select(["b"]).course_ids, cohort.select(pl.col("course_id") == "a").course_ids
        (('b',), ('a',))
        """
        mask = self._mask(which)
        kept = pl.DataFrame(
            {CHILD: pl.int_range(len(self), dtype=pl.UInt32, eager=True).filter(mask)}
        ).with_columns(_new=pl.int_range(pl.len(), dtype=pl.UInt32))
        events = {
            kind: _renumbered(frame, kept) if frame.height else frame
            for kind, frame in self.events.items()
        }
        return self._checked(
            self.children.filter(mask), events, self.name, self.data_cut, self.notes
        )

    def _mask(self, which: pl.Series | pl.Expr | Iterable[str] | Iterable[bool]) -> pl.Series:
        if isinstance(which, pl.Expr):
            which = self.children.select(_mask=which)["_mask"]
        if isinstance(which, str):
            raise CourseError(f"A selection is a list of pseudonyms, not {which!r}. Put it in one.")
        values = which if isinstance(which, pl.Series) else pl.Series("_mask", list(which))
        if values.dtype == pl.Boolean:
            if len(values) != len(self) or values.null_count():
                raise CourseError(
                    f"The mask has {len(values)} places, {values.null_count()} of them empty, for "
                    f"{len(self)} children. Give a true or false for each child."
                )
            return values
        wanted = set(values.to_list())
        unknown = sorted(str(item) for item in wanted - set(self._numbers))
        if unknown:
            raise CourseError(
                f"There is no course {', '.join(map(repr, unknown[:5]))} in {self!r}. "
                "See `course_ids`."
            )
        return self.children["course_id"].is_in(list(wanted))

    def with_rows(self, rows: Mapping[str, pl.Expr]) -> Cohort:
        """The same children with, of the named kinds, only the events for which a mask is true.

        >>> children = pl.DataFrame({"course_id": ["a"], "origin": ["simulated"]})
        >>> cohort = Cohort(children, {"infusion": pl.DataFrame({"child": [0, 0], "day": [9, 90]})})
        >>> cohort.with_rows({"infusion": pl.col("day") > 9}).events["infusion"].height
        1
        """
        events = {
            kind: frame.filter(rows[kind]) if kind in rows and frame.height else frame
            for kind, frame in self.events.items()
        }
        return self._checked(self.children, events, self.name, self.data_cut, self.notes)

    def without_calendar(self) -> Cohort:
        """The same courses without a calendar date, as every exit requires.

        The date of the data cut goes too: beside a data_cut_day it would give day 0 away.
        """
        children = self.children.with_columns(day0=pl.lit(None, dtype=pl.Date))
        return self._checked(children, self.events, self.name, None, self.notes)

    def write_parquet(self, folder: Path | str) -> None:
        """One Parquet file for the children and one for each kind of event that occurs."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        self.children.write_parquet(place / "children.parquet")
        held = [kind for kind, frame in self.events.items() if frame.height]
        for kind in held:
            self.events[kind].write_parquet(place / f"{kind}.parquet")
        about = {
            "format": FORMAT,
            "name": self.name,
            "data_cut": self.data_cut.isoformat() if self.data_cut else None,
            "notes": list(self.notes),
            "kinds": held,
        }
        text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
        (place / "cohort.json").write_text(text, encoding="utf-8")

    @classmethod
    def read_parquet(cls, folder: Path | str) -> Cohort:
        """The cohort that `write_parquet` wrote, checked like any other that comes from outside."""
        place = Path(folder)
        try:
            about = json.loads((place / "cohort.json").read_text(encoding="utf-8"))
            if about.get("format") != FORMAT:
                raise CourseError(
                    f"{place.name}/cohort.json says format {about.get('format')!r}, but "
                    f"{FORMAT!r} is read here. Write the cohort again with this version."
                )
            children = pl.read_parquet(place / "children.parquet")
            events = {kind: pl.read_parquet(place / f"{kind}.parquet") for kind in about["kinds"]}
            cut = about["data_cut"]
            return cls(
                children,
                events,
                about["name"],
                date.fromisoformat(cut) if cut else None,
                tuple(about["notes"]),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(place, error) from error
        except pl.exceptions.PolarsError as error:
            raise _unreadable(place, error) from error


def _one_after_another(frames: list[pl.DataFrame], starts: list[int]) -> pl.DataFrame:
    """The rows of several cohorts, the children of each numbered on from the one before."""
    filled = [(frame, start) for frame, start in zip(frames, starts, strict=False) if frame.height]
    if not filled:
        return frames[0]
    return pl.concat(
        [frame.with_columns((pl.col(CHILD) + start).cast(pl.UInt32)) for frame, start in filled],
        how="diagonal",
    )


def _renumbered(frame: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """The rows of the children that are kept, under their new numbers."""
    found = frame.join(kept, on=CHILD, how="inner", maintain_order="left")
    return found.with_columns(pl.col("_new").alias(CHILD)).drop("_new")


def _unreadable(place: Path, error: Exception) -> CourseError:
    return CourseError(
        f"The folder {place.name!r} does not hold a cohort ({type(error).__name__}: "
        f"{str(error).splitlines()[0] if str(error) else 'no message'}). "
        "Give a folder that write_parquet has written."
    )


def _refuse_twice(ids: pl.Series) -> None:
    if ids.is_unique().all():
        return
    twice = ids.filter(ids.is_duplicated()).unique().sort().head(5).to_list()
    raise CourseError(
        f"Course {', '.join(map(repr, twice))} occurs more than once. "
        "One child has one course; rename or merge them."
    )


def _refuse_shared_ids(children: pl.DataFrame, events: Mapping[str, pl.DataFrame]) -> None:
    """Two events of one child, of whatever kind, never share an id."""
    ids = pl.concat([frame.select(CHILD, "event_id") for frame in events.values()])
    if ids.height == 0 or ids.n_unique() == ids.height:
        return
    first = ids.filter(ids.is_duplicated()).row(0)
    raise CourseError(
        f"Course {children['course_id'][first[0]]!r}: two events have the id {first[1]!r}. "
        "Rename one."
    )
