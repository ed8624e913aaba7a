# SPDX-License-Identifier: Apache-2.0
"""A posted form of a step as a wish: identifiers, moment, temperatures, and what the act asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from cartulary.course.tables.numbers import number_of
from cartulary.course.tables.refusal import Refusal
from cartulary.registry.identifiers import MisreadError, Which, canonical
from cartulary.registry.policies import Attempt, Stays
from cartulary.registry.product_life import WHOLE, Unit, to_read
from cartulary.registry.product_life_back import TAKES_BACK
from cartulary.registry.product_life_limits import Form
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import Act
from cartulary.registry.product_life_table import Row
from cartulary.registry.product_life_writing import Wish
from cartulary.web.entry.spoken import language
from cartulary.web.product.asked import CELLS, MOST_BAGS, NUMBER_LIMITS
from cartulary.web.product.logger import LONGEST_LOG, read_log
from cartulary.web.product.spoken import say

LONGEST: Final = 500
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:.]?([0-5]\d)")
_OF_CELLS: Final = ("dose_low_cells", "dose_high_cells", "dose_cells")


@dataclass(frozen=True, slots=True)
class Typed:
    """A form as it was read: the wish, and what is wrong with which field."""

    wish: Wish
    errors: Mapping[str, str]


def wish_of(
    story: ProductStory, unit: Unit, row: Row, data: Mapping[str, str], now: datetime
) -> Typed:
    """What somebody wants, from the texts of a form; `now` is the local moment."""
    reader = _Reader(data)
    day, time = reader.moment(now)
    read = {}
    for which in to_read(story.life, unit, row) if row.checks else ():
        text = reader.text(f"read_{which.value}")
        try:
            canonical(which, text)
        except MisreadError as error:
            reader.errors[f"read_{which.value}"] = error.text(language())
        else:
            read[which] = text
    details = {**reader.people(row), **_of_act(story, unit, row, reader)}
    lowest, highest, series = reader.temperature() if row.limit else (None, None, None)
    attempt = Attempt(
        row.act,
        unit.bag,
        lowest_celsius=lowest,
        highest_celsius=highest,
        series=series,
        temperature_said=reader.choice("temperature_said", Stays) if row.limit else None,
    )
    bag = WHOLE if row.whole else unit.bag
    wish = Wish(row.act, bag, read, day, time, reader.text("reason"), attempt, details)
    return Typed(wish, reader.errors)


def _of_act(story: ProductStory, unit: Unit, row: Row, reader: _Reader) -> dict[str, Any]:
    act = row.act
    if act in (Act.IDENTIFY, Act.COLLECT, Act.START):
        return reader.identifiers()
    if act is Act.RELABEL:
        return reader.changed_identifiers(story, unit)
    if act is Act.SPECIFY:
        return {"limits": reader.limits()}
    if act is Act.SPLIT:
        return {"bags": reader.bags()}
    if act is Act.SET_ASIDE:
        return {
            "set_aside": {"name": reader.text("aside_name"), "where": reader.text("aside_where")}
        }
    if act is Act.TAKE_BACK:
        number = reader.text("takes_back")
        return {TAKES_BACK: int(number)} if number.isdecimal() and len(number) < 9 else {}
    if act is Act.ADOPT:
        return {"state": story.life.record.recorded_state.value}
    if act is Act.INFUSE:
        found = {name: reader.number(name) for name in ("dose_cells", "weight_kg")}
        return {name: value for name, value in found.items() if value is not None}
    if act in (Act.RELEASE, Act.APPROVE, Act.REJECT):
        tests = reader.tests()
        return {"tests": tests} if tests else {}
    return {}


class _Reader:
    """Reads the texts of one form, and keeps what is wrong with them."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data
        self.errors: dict[str, str] = {}

    def text(self, name: str) -> str:
        """A text without what nobody can see."""
        text = "".join(c for c in self.data.get(name, "") if c.isprintable() or c in "\n\t")
        return text.strip()[:LONGEST]

    def number(self, name: str) -> float | None:
        """A number with a comma or a point; None when nothing was typed."""
        text = self.text(name)
        if not text:
            return None
        found = number_of(text.replace("−", "-"))
        if isinstance(found, Refusal) or found.rest:
            self.errors[name] = say("This is not one number. Write it as 4.1 or 4,1.")
            return None
        return found.value * CELLS if name.endswith(_OF_CELLS) else found.value

    def choice(self, name: str, choices: type[Stays]) -> Stays | None:
        """One of a closed list; None for none, or for what is none of them."""
        text = self.text(name)
        return choices(text) if text in {choice.value for choice in choices} else None

    def moment(self, now: datetime) -> tuple[str, str]:
        """Date and time of the step: the day of today and now where they are left open."""
        written, clock = self.text("date"), self.text("time")
        day = now.date()
        if written:
            try:
                day = date.fromisoformat(written)
            except ValueError:
                self.errors["date"] = say("Write the date as year-month-day, such as 2020-09-29.")
        if day > now.date():
            self.errors["date"] = say("This date lies in the future.")
        if not clock:
            return day.isoformat(), now.strftime("%H:%M") if day == now.date() else ""
        match = _TIME.fullmatch(clock)
        if match is None:
            self.errors["time"] = say("Write the time as hours and minutes, such as 07:50.")
            return day.isoformat(), ""
        time = f"{int(match[1]):02d}:{match[2]}"
        late = now + timedelta(minutes=5)
        if day == now.date() and time > late.strftime("%H:%M") and late.date() == day:
            self.errors["time"] = say("This time lies in the future.")
        return day.isoformat(), time

    def temperature(self) -> tuple[float | None, float | None, dict[str, Any] | None]:
        """The lowest and the highest reading, and the logger's curve: the worst of both counts."""
        low, high = self.number("lowest_celsius"), self.number("highest_celsius")
        if low is not None and high is not None and low > high:
            self.errors["lowest_celsius"] = say("The lowest reading lies above the highest.")
        text = self.data.get("logger", "")
        if len(text) > LONGEST_LOG:
            self.errors["logger"] = say("This is too long for a logger's list.")
            return low, high, None
        log = read_log(text)
        if log is None:
            return low, high, None
        if isinstance(log, int):
            self.errors["logger"] = say(
                "Line %(line)d is no reading. Write it as 2020-09-29 07:50; -177.1"
            ) % {"line": log}
            return low, high, None
        lows = [end for end in (low, log.lowest_celsius) if end is not None]
        highs = [end for end in (high, log.highest_celsius) if end is not None]
        return min(lows), max(highs), log.plain()

    def people(self, row: Row) -> dict[str, str]:
        """Who handed over, who received, and how it travelled."""
        if row.custody is None:
            return {}
        found = {name: self.text(name) for name in ("out_by", "in_by", "transport")}
        return {name: text for name, text in found.items() if text}

    def identifier(self, name: str, which: Which) -> str:
        """An identifier in the form in which it is kept."""
        try:
            return canonical(which, self.text(name))
        except MisreadError as error:
            self.errors[name] = error.text(language())
            return ""

    def identifiers(self) -> dict[str, Any]:
        """The identifiers that are named for the first time."""
        found = {
            which.value: text
            for which in Which
            if which is not Which.CHILD and (text := self.identifier(f"new_{which.value}", which))
        }
        return {"identifiers": found} if found else {}

    def changed_identifiers(self, story: ProductStory, unit: Unit) -> dict[str, Any]:
        """The identifiers that are now to be others."""
        found = self.identifiers().get("identifiers", {})
        changed = {
            which: text
            for which, text in found.items()
            if text.casefold() != story.life.expected(unit, Which(which)).casefold()
        }
        return {"identifiers": changed} if changed else {}

    def limits(self) -> dict[str, Any]:
        """Every limit that was given."""
        found: dict[str, Any] = {name: self.number(name) for name in NUMBER_LIMITS}
        form = self.text("form")
        found["form"] = form if form in {one.value for one in Form} else None
        expires = self.text("expires")
        if expires:
            try:
                found["expires"] = date.fromisoformat(expires).isoformat()
            except ValueError:
                self.errors["expires"] = say(
                    "Write the date as year-month-day, such as 2020-09-29."
                )
        found["stated_in"] = self.text("stated_in")
        for name in NUMBER_LIMITS:
            low, high = found.get(name), found.get(name.replace("_low_", "_high_"))
            if "_low_" in name and low is not None and high is not None and low > high:
                self.errors[name] = say("The lowest limit lies above the highest.")
        return {name: value for name, value in found.items() if value not in (None, "")}

    def bags(self) -> list[dict[str, Any]]:
        """The bags into which a product is divided."""
        bags = []
        for place in range(MOST_BAGS):
            name = self.text(f"bag{place}_name")
            if not name:
                continue
            bag: dict[str, Any] = {"name": name}
            for which in (Which.CHAIN_OF_IDENTITY, Which.BAG):
                if text := self.identifier(f"bag{place}_{which.value}", which):
                    bag[which.value] = text
            dose = self.number(f"bag{place}_dose_cells")
            if dose is not None:
                bag["dose_cells"] = dose
            if self.text(f"bag{place}_backup"):
                bag["backup"] = True
            bags.append(bag)
        names = [bag["name"] for bag in bags]
        if len(set(names)) != len(names):
            self.errors["bag0_name"] = say("Two bags have one name. Give each its own.")
        return bags

    def tests(self) -> list[dict[str, str]]:
        """Further tests, one a line: test; result; limit."""
        found = []
        for line in self.text("tests").splitlines():
            parts = [part.strip() for part in line.split(";")]
            if parts[0]:
                parts += [""] * (3 - len(parts))
                found.append({"test": parts[0], "result": parts[1], "limit": parts[2]})
        return found
