# SPDX-License-Identifier: Apache-2.0
"""A random sample of children for verification: drawn so that anybody can draw it again.

Children are put in order of SHA-256 of "<seed>:<key>"; the first n are the sample. The seed and the
number to choose from are written on the chain with each child, so a sample cannot be redrawn until
it suits.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from cartulary.course.problem import Problem, Severity
from cartulary.registry.change import Change, Hand, Refused
from cartulary.registry.event_values import plain
from cartulary.registry.models import Centre, Child, Current, Entry
from cartulary.registry.verification import (
    VERIFICATION,
    Verdict,
    VerifiedField,
    critical_fields_of,
    verdicts_in,
)
from cartulary.registry.writing import append

#: How many children CIBMTR takes for an audit.
USUAL_SIZE: Final = 16

_PREFIX: Final = "sample/"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: its seed, how many children there were to choose from, and those drawn."""

    sample_id: str
    seed: str
    of: int
    drawn_on: date
    drawn_by: str
    children: tuple[Child, ...]

    @property
    def size(self) -> int:
        """How many children were drawn."""
        return len(self.children)


@dataclass(frozen=True, slots=True)
class SampledField:
    """A critical field in a sample, with the first verdict given on it there, or None."""

    field: VerifiedField
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class SampledChild:
    """One child of a sample and its critical fields."""

    child: Child
    fields: tuple[SampledField, ...]

    @property
    def checked(self) -> int:
        """How many fields were set beside their source."""
        return sum(one.verdict is not None for one in self.fields)

    @property
    def errors(self) -> int:
        """How many of those differed."""
        return sum(one.verdict is not None and not one.verdict.agrees for one in self.fields)


def ranked(seed: str, keys: Iterable[UUID]) -> list[UUID]:
    """Keys of children in the order of a seed.

    >>> one, two = UUID(int=1), UUID(int=2)
    >>> ranked("a", [one, two]) == ranked("a", [two, one])
    True
    """
    return sorted(keys, key=lambda key: (hashlib.sha256(f"{seed}:{key}".encode()).digest(), key))


def draw(hand: Hand, size: int, seed: str, *, infused: bool = True, now: datetime) -> str:
    """Draw a sample of the centre's children and write it on the chain; returns its id.

    `infused`: only children with an infusion. Refuses (`Refused`) a size below 1 or above the
    number of children there are, and an empty seed.
    """
    children = Child.objects.filter(centre=hand.centre, withdrawn=False)
    if infused:
        given = Current.objects.filter(centre=hand.centre, kind="infusion", withdrawn=False)
        children = children.filter(key__in=given.values("child"))
    keys = list(children.values_list("key", flat=True))
    if not seed.strip() or not 1 <= size <= len(keys):
        raise Refused(
            [
                Problem(
                    Severity.ERROR,
                    "sample.size",
                    "The sample cannot be drawn.",
                    f"There are {len(keys)} children to choose from, and a seed is needed.",
                    f"Ask for 1 to {len(keys)} children." if keys else "Register children first.",
                    value=str(size),
                )
            ]
        )
    batch = uuid.uuid4()
    changes = [
        Change(
            key,
            f"{_PREFIX}{batch}",
            VERIFICATION,
            "write",
            {
                "date": now.date().isoformat(),
                "sample": str(batch),
                "seed": seed.strip(),
                "of": len(keys),
                "size": size,
                "place": place,
                "infused": infused,
            },
            0,
        )
        for place, key in enumerate(ranked(seed.strip(), keys)[:size], start=1)
    ]
    append(hand, changes, now=now, batch=batch)
    return str(batch)


def samples(centre: Centre) -> list[Sample]:
    """Every sample of a centre, the last drawn first."""
    rows = Current.objects.filter(
        centre=centre, kind=VERIFICATION, event__startswith=_PREFIX, withdrawn=False
    ).select_related("child")
    return _grouped(centre, list(rows))


def sample_of(centre: Centre, sample_id: str) -> Sample | None:
    """The sample with this id; None when this centre has none."""
    rows = Current.objects.filter(
        centre=centre, kind=VERIFICATION, event=f"{_PREFIX}{sample_id}", withdrawn=False
    ).select_related("child")
    return next(iter(_grouped(centre, list(rows))), None)


def result(sample: Sample) -> list[SampledChild]:
    """The critical fields of every child of a sample, with the first verdict given in it.

    A field that was corrected afterwards still counts as the error that it was.
    """
    keys = [child.key for child in sample.children]
    first: dict[tuple[UUID, str, str], Verdict] = {}
    entries = Entry.objects.filter(
        child__in=keys, kind=VERIFICATION, event__startswith="verified/"
    ).order_by("number")
    for entry in entries:
        payload = plain(entry.payload)
        for field, verdict in verdicts_in(payload).items():
            if verdict.sample == sample.sample_id:
                first.setdefault((entry.child, str(payload.get("event")), field), verdict)
    fields = critical_fields_of(sample.children)
    return [
        SampledChild(
            child,
            tuple(
                SampledField(one, first.get((child.key, one.event, one.field)))
                for one in fields[child.key]
            ),
        )
        for child in sample.children
    ]


def _grouped(centre: Centre, rows: list[Current]) -> list[Sample]:
    by_sample: dict[str, list[tuple[int, Current]]] = {}
    for row in rows:
        said = plain(row.payload)
        by_sample.setdefault(said["sample"], []).append((int(said["place"]), row))
    numbers = [min(row.entry for _, row in group) for group in by_sample.values()]
    authors = dict(
        Entry.objects.filter(centre=centre, number__in=numbers).values_list("number", "author")
    )
    found = []
    for sample_id, group in by_sample.items():
        group.sort(key=lambda pair: pair[0])
        said = plain(group[0][1].payload)
        found.append(
            (
                min(row.entry for _, row in group),
                Sample(
                    sample_id,
                    said["seed"],
                    int(said["of"]),
                    date.fromisoformat(said["date"]),
                    authors.get(min(row.entry for _, row in group), ""),
                    tuple(row.child for _, row in group),
                ),
            )
        )
    return [sample for _, sample in sorted(found, key=lambda pair: -pair[0])]
