# SPDX-License-Identifier: Apache-2.0
"""The form of one step as the page shows it: identifiers with their read-back, fields, button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cartulary.registry.identifiers import MisreadError, Reading, Which, canonical, shown
from cartulary.registry.policies import Allowed, in_the_way
from cartulary.registry.product_life import (
    Step,
    Unit,
    first_signature,
    label_read,
    to_read,
)
from cartulary.registry.product_life_back import last_step
from cartulary.registry.product_life_limits import Limits
from cartulary.registry.product_life_obstacles import Obstacle
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.product_life_table import Row
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.product.asked import Field, fields_of
from cartulary.web.product.spoken import capital, moment, say, word


@dataclass(frozen=True, slots=True)
class IdentifierField:
    """One identifier to be read: what is in its field, and how that compares."""

    name: str
    number: int
    label: str
    value: str
    state: str
    """empty, agrees, or misread."""
    note: str
    expected: str
    focus: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one step."""

    act: str
    title: str
    button: str
    row: Row
    identifiers: tuple[IdentifierField, ...]
    fields: tuple[Field, ...]
    date: str
    time: str
    date_error: str
    time_error: str
    obstacles: tuple[tuple[str, str, str], ...]
    problems: tuple[str, ...]
    may_go: bool
    why_not: str
    asked_by: str
    is_first_of_two: bool
    sees_what_was_asked: tuple[tuple[str, str], ...]
    focus_button: bool
    takes_back: int
    """The number of the step that would be taken back; 0 for another act."""
    is_for: str
    """Whose step it is, for somebody whose role may not take it; they get no fields."""

    @property
    def bags(self) -> tuple[tuple[Field, ...], ...]:
        """The fields of a division, bag by bag; empty for another act."""
        rows: dict[str, list[Field]] = {}
        for field in self.fields:
            if field.name.startswith("bag"):
                rows.setdefault(field.name.split("_")[0], []).append(field)
        return tuple(tuple(row) for row in rows.values())

    @property
    def other_fields(self) -> tuple[Field, ...]:
        """The fields that are not of a bag."""
        return tuple(field for field in self.fields if not field.name.startswith("bag"))


def form_of(
    story: ProductStory,
    unit: Unit,
    row: Row,
    *,
    allowed: Allowed,
    me: str,
    today: str,
    names: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    problems: Sequence[str] = (),
    offered: Limits | None = None,
) -> Form:
    """The form of a step with a bag, empty or as it was typed.

    Arguments: the product, bag and row; what this person may and who it is; today's ISO date; what
    people are called; what was typed with its errors and problems; limits to begin from.
    """
    typed, errors = typed or {}, errors or {}
    life = story.life
    ways = in_the_way(life, unit, row, allowed=allowed, username=me, today=today)
    identifiers = _identifiers(story, unit, row, typed, errors)
    first = first_signature(life, unit, row)
    read = all(one.state == "agrees" for one in identifiers)
    back = last_step(life, unit) if row.act is Act.TAKE_BACK else None
    return Form(
        act=row.act.value,
        title=_title(story, unit, row),
        button=_button(row, first),
        row=row,
        identifiers=identifiers,
        fields=() if first else fields_of(story, unit, row, typed, errors, offered),
        date=typed.get("date", today),
        time=typed.get("time", ""),
        date_error=errors.get("date", ""),
        time_error=errors.get("time", ""),
        obstacles=tuple(
            (_with_name(way, names), way.why.text(language()), way.remedy.text(language()))
            for way in ways
        ),
        problems=tuple(problems),
        may_go=not ways and read,
        why_not=_why_not(bool(ways), identifiers),
        takes_back=back.sequence if back else 0,
        asked_by=names.get(first.author, first.author) if first else "",
        is_first_of_two=row.second is not None and first is None,
        sees_what_was_asked=_taken_back(back, names) if back else _asked_for(first),
        focus_button=bool(typed) and read and not ways,
        is_for=next((way.why.text(language()) for way in ways if way.code == "permission"), ""),
    )


def _taken_back(last: Step, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The step that would be taken back, for whoever is about to."""
    act = (
        word(last.act)
        if not last.asks
        else say("Sign first: %(act)s") % {"act": word(last.act).lower()}
    )
    return (
        (say("Step"), act),
        (say("Time"), moment(last)),
        (say("By"), names.get(last.author, last.author)),
        (say("Entry"), str(last.entry)),
    )


def _title(story: ProductStory, unit: Unit, row: Row) -> str:
    if row.act is Act.TAKE_BACK:
        return word(row.act)
    site = story.life.record.site
    gives, takes = holder(unit.state, site, unit.held), holder(row.target, site)
    if gives and takes and gives is not takes:
        return say("%(act)s: %(gives)s to %(takes)s") % {
            "act": word(row.act),
            "gives": word(gives).lower(),
            "takes": word(takes).lower(),
        }
    return word(row.act)


def _with_name(way: Obstacle, names: Mapping[str, str]) -> str:
    """The fact in the way; a person in it by name, not by account."""
    fact = way.fact.text(language())
    return (
        fact.replace(way.value, names.get(way.value, way.value)) if way.code == "second" else fact
    )


def _button(row: Row, first: Step | None) -> str:
    if row.second is not None and first is None:
        return say("Sign first: %(act)s") % {"act": word(row.act).lower()}
    return word(row.act)


def _why_not(in_way: bool, identifiers: Sequence[IdentifierField]) -> str:
    if in_way:
        return say("not yet possible: see above")
    left = [one for one in identifiers if one.state != "agrees"]
    if not left:
        return ""
    if len(left) == len(identifiers):
        return say("opens when both identifiers agree")
    return say("waits for: %(what)s") % {"what": left[0].label.lower()}


def _identifiers(
    story: ProductStory,
    unit: Unit,
    row: Row,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
) -> tuple[IdentifierField, ...]:
    if not row.checks:
        return ()
    label = label_read(unit, row)
    found: list[IdentifierField] = []
    waiting = True
    for number, which in enumerate(to_read(story.life, unit, row), start=1):
        name = f"read_{which.value}"
        text = typed.get(name, "").strip()
        expected = story.life.expected(label, which)
        state, note = _compared(which, text, expected, errors.get(name, ""))
        focus = waiting and state != "agrees"
        waiting = waiting and not focus
        found.append(
            IdentifierField(
                name,
                number,
                capital(word(which)),
                text,
                state,
                note,
                shown(which, expected),
                focus,
            )
        )
    return tuple(found)


def _compared(which: Which, text: str, expected: str, error: str) -> tuple[str, str]:
    if error:
        return "misread", error
    if not text:
        return "empty", say("not yet read")
    try:
        read = Reading(which, canonical(which, text), expected)
    except MisreadError as misread:
        return "misread", misread.text(language())
    if read.agrees:
        return "agrees", say("the same as on the record")
    return "misread", say("not the same as on the record")


def _asked_for(first: Step | None) -> tuple[tuple[str, str], ...]:
    """What the first signature said, for the second person to see."""
    if first is None:
        return ()
    details = first.details
    said = [(say("Signed"), moment(first))]
    if details.get("reason"):
        said.append((say("Reason"), str(details["reason"])))
    dose = details.get("dose_cells")
    if isinstance(dose, int | float):
        said.append((say("Dose"), f"{number_words(dose / 1e6)}\u00a0×\u00a010⁶"))
    weight = details.get("weight_kg")
    if isinstance(weight, int | float):
        said.append((say("Weight"), f"{number_words(weight)}\u00a0kg"))
    for which, text in (details.get("identifiers") or {}).items():
        said.append((capital(word(Which(which))), shown(Which(which), str(text))))
    if details.get("state") and first.act is Act.ADOPT:
        said.append((say("State"), word(State(str(details["state"])))))
    return tuple(said)
