# SPDX-License-Identifier: Apache-2.0
"""The chain read from end to end: every row that was altered, taken out or moved is named."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Max

from cartulary.registry.anchoring import Anchor, anchors_of
from cartulary.registry.canonical import BEFORE_THE_FIRST, Line, hash_of, moment_text, seal_of
from cartulary.registry.keys import seal_key
from cartulary.registry.models import Centre, ChainHead, Current
from cartulary.registry.snapshot import one_moment
from cartulary.registry.within import refuse_outside

# A forged tail can be long; so many rows are named, and the others counted.
MOST_FAULTS = 1000
# Each altered row is tried in the place of each other, so only a few are.
_MOST_MOVED = 60
_PART = 5000

_COLUMNS = (
    "number, child, event, kind, act, version, payload, reason, batch, via, author, client_id, "
    "{moment}, previous_hash, hash, seal"
)

# Called with how many entries were read, of how many that the head speaks of.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with the chain: at which entry, and what."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"entry {self.number}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What reading the chain showed. `unnamed` counts the faults beyond those named."""

    intact: bool
    entries: int
    head: str
    faults: tuple[Fault, ...]
    unnamed: int = 0


@dataclass(slots=True)
class _Reading:
    """How far the reading is, and what was found."""

    centre: str
    key: bytes
    anchors: dict[int, list[Anchor]]
    entries: int = 0
    number: int = 0
    hash: str = BEFORE_THE_FIRST
    recorded_at: str = ""
    faults: list[Fault] = field(default_factory=list)
    unnamed: int = 0
    altered: dict[int, Line] = field(default_factory=dict)
    hashes: dict[int, str] = field(default_factory=dict)

    def say(self, number: int, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(number, what))
        else:
            self.unnamed += 1


def verify(
    centre: Centre, progress: Progress | None = None, anchors: Sequence[Anchor] | None = None
) -> Verdict:
    """Read the whole chain of a centre and say whether it is intact.

    Found, by entry: altered contents, missing and moved rows, rows that were not sealed with this
    ledger's key even if the chain was worked out anew, and an end that is not the one that the
    head, an anchor (those of this installation unless given) or a projection speaks of. Reads row
    by row: its memory does not grow with the ledger.
    """
    refuse_outside(centre)
    held = anchors_of(centre) if anchors is None else anchors
    by_number: dict[int, list[Anchor]] = {}
    for anchor in held:
        by_number.setdefault(anchor.number, []).append(anchor)
    reading = _Reading(centre.code, seal_key(), by_number)
    # What is written meanwhile is no fault.
    with one_moment():
        head = ChainHead.objects.filter(centre=centre).first()
        expected = head.number if head is not None else 0
        for row in _rows(centre):
            _look_at(reading, row)
            if progress is not None and reading.entries % _PART == 0:
                progress(reading.entries, expected)
        spoken_of = Current.objects.filter(centre=centre).aggregate(last=Max("entry"))["last"] or 0
    _name_the_moved(reading)
    _look_at_the_end(reading, head, spoken_of)
    if progress is not None:
        progress(reading.entries, expected)
    return Verdict(
        not reading.faults,
        reading.entries,
        reading.hash,
        tuple(sorted(reading.faults, key=lambda fault: fault.number)),
        reading.unnamed,
    )


def _look_at(reading: _Reading, row: tuple[Line, str, str]) -> None:
    line, stored_hash, stored_seal = row
    reading.entries += 1
    number = line.number
    if not isinstance(number, int):
        reading.say(reading.number + 1, f"an entry beside it has the number {number!r}")
        return
    if number != reading.number + 1:
        _say_missing(reading, reading.number + 1, number - 1)
    try:
        right_hash = hash_of(line)
    except (TypeError, ValueError):
        right_hash = ""
    sealed = isinstance(stored_hash, str) and hmac.compare_digest(
        seal_of(stored_hash, reading.key), str(stored_seal)
    )
    if right_hash != stored_hash:
        what = (
            "its contents are not what was written"
            if sealed
            else ("its contents do not agree with its hash, and its seal is not this ledger's")
        )
        reading.say(number, what)
        if right_hash and len(reading.altered) <= _MOST_MOVED:
            reading.altered[number] = line
            reading.hashes[number] = str(stored_hash)
    elif not sealed:
        reading.say(
            number, "it was not written by this ledger: its seal is not made with the ledger's key"
        )
    if line.previous_hash != reading.hash:
        reading.say(
            number,
            f"it does not follow entry {reading.number}"
            if reading.number
            else "it is not the beginning of a chain",
        )
    if reading.recorded_at and str(line.recorded_at) < reading.recorded_at:
        reading.say(number, f"it was recorded before entry {reading.number}, which it follows")
    for anchor in reading.anchors.get(number, ()):
        if anchor.hash != stored_hash:
            reading.say(number, f"it is not the entry that was anchored at {anchor.at}")
    reading.number, reading.hash = number, str(stored_hash)
    reading.recorded_at = str(line.recorded_at)


def _say_missing(reading: _Reading, first: int, last: int) -> None:
    if first > last:
        reading.say(last + 1, "its number stands twice, or is not a number of the chain")
    elif first == last:
        reading.say(first, "it is missing")
    else:
        reading.say(first, f"it is missing, and so is every entry until {last}")


def _name_the_moved(reading: _Reading) -> None:
    """Altered rows that are right under the number of another were moved."""
    for number, line in reading.altered.items():
        stored = reading.hashes[number]
        for other in reading.altered:
            if other != number and hash_of(line._replace(number=other)) == stored:
                reading.say(number, f"it stands in the place of entry {number}, but is {other}")
                break


def _look_at_the_end(reading: _Reading, head: ChainHead | None, spoken_of: int) -> None:
    last = reading.number
    if head is None and reading.entries:
        reading.say(last, "the chain has entries, but no head")
    elif head is not None and head.number > last:
        _say_missing(reading, last + 1, head.number)
    elif head is not None and head.number < last:
        reading.say(head.number + 1, f"the head knows only {head.number} entries of {last}")
    elif head is not None and head.hash != reading.hash:
        reading.say(last, "it is not the entry that the head speaks of")
    known = head.number if head is not None else last
    for number in sorted(number for number in reading.anchors if number > max(last, known)):
        anchor = reading.anchors[number][0]
        reading.say(number, f"it was anchored at {anchor.at}, and is missing")
    if spoken_of > max(last, known):
        reading.say(spoken_of, "the current events speak of it, and it is missing")


def _rows(centre: Centre) -> Iterator[tuple[Line, str, str]]:
    """Every entry of a centre in order, its values as the hash covers them."""
    on_sqlite = connection.vendor == "sqlite"
    # As text, so that nothing on the way turns it into a local time.
    columns = _COLUMNS.format(moment="recorded_at || ''" if on_sqlite else "recorded_at")
    statement = f"SELECT {columns} FROM registry_entry WHERE centre_id = %s ORDER BY number"  # noqa: S608
    make = _from_sqlite if on_sqlite else _from_postgresql
    with closing(connection.chunked_cursor()) as cursor:
        cursor.execute(statement, [centre.pk])
        while rows := cursor.fetchmany(_PART):
            yield from make(centre.code, rows)


def _from_sqlite(code: str, rows: Iterable[Any]) -> Iterator[tuple[Line, str, str]]:
    for row in rows:
        number, child, event, kind, act, version, payload, reason, batch = row[:9]
        via, author, client_id, recorded_at, previous_hash, hash_text, seal = row[9:]
        line = Line(
            *(code, number, _dashed(child), event, kind, act, version, payload, reason),
            *(_dashed(batch), via, author, client_id, _moment(recorded_at), previous_hash),
        )
        yield line, hash_text, seal


def _from_postgresql(code: str, rows: Iterable[Any]) -> Iterator[tuple[Line, str, str]]:
    for row in rows:
        number, child, event, kind, act, version, payload, reason, batch = row[:9]
        via, author, client_id, recorded_at, previous_hash, hash_text, seal = row[9:]
        line = Line(
            *(code, number, str(child), event, kind, act, version, payload, reason),
            *(None if batch is None else str(batch), via, author, client_id),
            *(moment_text(recorded_at), previous_hash),
        )
        yield line, hash_text, seal


def _dashed(stored: Any) -> Any:
    """A key as SQLite stores one, with its dashes; anything else as it is, to be found altered."""
    if isinstance(stored, str) and len(stored) == 32:
        return f"{stored[:8]}-{stored[8:12]}-{stored[12:16]}-{stored[16:20]}-{stored[20:]}"
    return stored


def _moment(stored: Any) -> Any:
    """A moment as SQLite stores one, as the hash covers it."""
    if not isinstance(stored, str):
        return stored
    whole, _, fraction = stored.partition(".")
    return f"{whole.replace(' ', 'T')}.{fraction or '000000'}Z"
