# SPDX-License-Identifier: Apache-2.0
"""The swim-lane of custody: who has the cells over time, as numbers for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from cartulary.registry.product_life import Step, Unit, still_to_come
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import DONE, Act, Holder, State
from cartulary.web.product.spoken import say, short_day, word

WIDTH: Final = 1060
_LEFT: Final = 132
_RIGHT: Final = 44
_TOP: Final = 54
_LANE: Final = 44
#: Steps that say something about the cells without moving them.
QUIET: Final = frozenset({Act.IDENTIFY, Act.RELABEL, Act.SPECIFY, Act.SPLIT, Act.SET_ASIDE})


@dataclass(frozen=True, slots=True)
class Column:
    """One step: where it stands, its word, its moment, and how it is drawn."""

    x: str
    y: str
    word: str
    when: str
    tone: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A line from one step to the next; `pill` is where its identifiers were checked."""

    path: str
    tone: str
    pill_x: str = ""
    pill_y: str = ""
    marks: str = ""
    note: str = ""
    note_x: str = ""
    note_y: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One party's lane."""

    y: str
    text_y: str
    word: str
    shaded: bool


@dataclass(frozen=True, slots=True)
class Lanes:
    """The whole picture with its sentence."""

    width: int
    height: int
    lane_width: int
    left: int
    lanes: tuple[Lane, ...]
    columns: tuple[Column, ...]
    legs: tuple[Leg, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class _Stop:
    word: str
    when: str
    tone: str
    lane: Holder | None
    checked: int
    act: Act | None = None
    date: str = ""


def lanes_of(story: ProductStory, unit: Unit) -> Lanes | None:
    """The picture of one bag; None before anything is known of its way."""
    stops = [*_past(story, unit), *_future(story, unit)]
    if not stops:
        return None
    shown = [lane for lane in Holder if any(stop.lane is lane for stop in stops)]
    top = {lane: _TOP + place * _LANE for place, lane in enumerate(shown)}
    height = _TOP + len(shown) * _LANE + 10
    step = (WIDTH - _LEFT - 2 * _RIGHT) / max(1, len(stops) - 1)
    places: list[tuple[float, float]] = []
    lane: Holder | None = None
    for number, stop in enumerate(stops):
        lane = stop.lane or lane or shown[0]
        places.append((_LEFT + _RIGHT + number * step, top[lane] + _LANE / 2))
    return Lanes(
        WIDTH,
        height,
        WIDTH - _LEFT,
        _LEFT,
        tuple(
            Lane(f"{top[lane]:g}", f"{top[lane] + _LANE / 2 + 4:g}", word(lane), place % 2 == 0)
            for place, lane in enumerate(shown)
        ),
        tuple(
            Column(f"{x:g}", f"{y:g}", stop.word, stop.when, stop.tone)
            for stop, (x, y) in zip(stops, places, strict=True)
        ),
        tuple(_legs(stops, places)),
        _in_words(stops),
    )


def _past(story: ProductStory, unit: Unit) -> list[_Stop]:
    stops = []
    site = story.life.record.site
    for step in story.life.steps_of(unit):
        if step.asks or step.act in QUIET:
            continue
        lane = step.takes or holder(step.after, site)
        stops.append(
            _Stop(
                _column_word(step),
                f"{short_day(step.date)} {step.time}".strip(),
                "wrong" if step.act in _STOPS else "done",
                lane,
                len(step.readings),
                step.act,
                step.date,
            )
        )
    return stops


_STOPS: Final = frozenset({Act.QUARANTINE, Act.DISCARD, Act.FAIL, Act.REJECT, Act.CANCEL})


def _column_word(step: Step) -> str:
    return word(DONE.get(step.act, step.act))


def _future(story: ProductStory, unit: Unit) -> list[_Stop]:
    if not story.is_followed and story.state() is not State.ORDERED:
        return []
    site = story.life.record.site
    return [
        _Stop(
            word(DONE.get(row.act, row.act)),
            say("now") if number == 0 else "",
            "next" if number == 0 else "later",
            holder(row.target, site),
            0,
        )
        for number, row in enumerate(still_to_come(story.life, unit))
    ]


def _legs(stops: list[_Stop], places: list[tuple[float, float]]) -> list[Leg]:
    legs = []
    for number in range(1, len(stops)):
        (x1, y1), (x2, y2) = places[number - 1], places[number]
        stop = stops[number]
        if abs(y1 - y2) < 1:
            note = _in_manufacture(stops[number - 1], stop)
            legs.append(
                Leg(
                    f"M{x1:g} {y1:g}H{x2:g}",
                    stop.tone,
                    note=note,
                    note_x=f"{(x1 + x2) / 2:g}",
                    note_y=f"{y1 + 17:g}",
                )
            )
            continue
        middle = (x1 + x2) / 2
        marks = " ".join(_MARK[stop.tone] for _ in range(max(2, stop.checked)))
        legs.append(
            Leg(
                f"M{x1:g} {y1:g}H{middle:g}V{y2:g}H{x2:g}",
                stop.tone,
                f"{middle:g}",
                f"{(y1 + y2) / 2:g}",
                marks,
            )
        )
    return legs


def _in_manufacture(start: _Stop, end: _Stop) -> str:
    """How long the cells were being made, along the line on which they were."""
    if start.act is not Act.START or not (start.date and end.date):
        return ""
    days = (date.fromisoformat(end.date) - date.fromisoformat(start.date)).days
    return say("%(days)d d in manufacture") % {"days": days}


_MARK: Final = {"done": "✓", "wrong": "✕", "next": "·", "later": "·"}


def _in_words(stops: list[_Stop]) -> str:
    done = [f"{s.word} {s.when}".strip() for s in stops if s.tone in ("done", "wrong")]
    ahead = [stop.word for stop in stops if stop.tone in ("next", "later")]
    said = say("Done: %(steps)s.") % {"steps": ", ".join(done) or say("nothing yet")}
    if ahead:
        said += " " + say("Still to come: %(steps)s.") % {"steps": ", ".join(ahead)}
    return said
