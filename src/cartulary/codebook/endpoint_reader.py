# SPDX-License-Identifier: Apache-2.0
"""Endpoint definitions from their files, each read whole and refused with all its faults."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.endpoint import (
    KINDS,
    READINGS,
    STARTS,
    STRATEGIES,
    Clock,
    Definition,
    Endpoint,
    Expected,
    Moment,
    Remission,
    ResponseRule,
    WorkedExample,
)
from cartulary.codebook.endpoint_moments import check_window, read_moment, read_sign
from cartulary.codebook.files import file_stamp
from cartulary.codebook.source import CONFIRMED, read_source
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError

UNITS: Final = ("child",)
DEFAULT_REMISSION: Final = 'assessment where response in ["CR", "CRi"]'
EXAMPLES_NEEDED: Final = 2


def endpoints() -> Mapping[str, Endpoint]:
    """Every endpoint of the codebook by its full id, such as `efs.hypothetical.infusion`.

    Reads the package's files and those of the folder that CARTULARY_CODEBOOK names, once.
    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> "os.infusion" in endpoints()
    True
    """
    return _endpoints(file_stamp("endpoints"))


def endpoint(full_id: str) -> Endpoint:
    """The endpoint with this full id.

    Refuses an id that no file defines, naming those that resemble it.

    >>> endpoint("efs.hypothetical.infusion").definition.abbreviation.en
    'EFS'
    """
    known = endpoints()
    if full_id in known:
        return known[full_id]
    near = difflib.get_close_matches(full_id, known, n=4, cutoff=0.5)
    near += [name for name in known if name.startswith(f"{full_id}.") and name not in near]
    hint = f"Near it: {', '.join(near)}." if near else f"Known: {', '.join(sorted(known))}."
    raise CodebookError(
        f"There is no endpoint {full_id!r}. An id is family.variant.clock, as the files in "
        f"endpoints/ define them. {hint}"
    )


def definitions() -> Mapping[str, Definition]:
    """Every endpoint definition by its id, such as `efs.hypothetical`, in order of id."""
    found = {e.definition.definition_id: e.definition for e in endpoints().values()}
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=4)
def _endpoints(_stamp: tuple[tuple[str, int], ...]) -> Mapping[str, Endpoint]:
    """The endpoints of one state of the files; the stamp only tells states apart."""
    return shelf("endpoints", _endpoints_in)


def _endpoints_in(file: Traversable | Path) -> list[tuple[str, Endpoint]]:
    """The endpoints of one file: its definition on each of its clocks."""
    definition = read_definition(file)
    made = [Endpoint(definition, clock) for clock in definition.clocks]
    return [(endpoint.endpoint_id, endpoint) for endpoint in made]


def read_definition(file: Traversable | Path) -> Definition:
    """The definition in one file; refused with every problem of that file at once."""
    return _definition(page_of(file))


def definition_from_text(text: str, file: str) -> Definition:
    """The definition that a TOML text holds; `file` is what messages call it."""
    return _definition(page_of_text(text, file))


def _definition(page: Page) -> Definition:
    source = read_source(page)
    definition = Definition(
        definition_id=page.text("id"),
        edition=page.text("edition"),
        kind=page.word("kind", KINDS),  # type: ignore[arg-type]
        unit=page.word("unit", UNITS),
        name=page.words("name"),
        abbreviation=page.words("abbreviation"),
        summary=page.words("summary"),
        source=source,
        clocks=tuple(_clock(part) for part in page.pages("clock")),
        moments=_moments(page),
        remission=_remission(page),
        response=_response(page.page("response")) if page.has("response") else None,
        examples=tuple(_example(part) for part in page.pages("example")),
        confirm=page.words("confirm") if page.has("confirm") else None,
        also=tuple(_also(part) for part in page.pages("also")),
        file=page.file,
    )
    page.close(("response", "confirm"))
    _check_whole(definition, page)
    page.refuse()
    return definition


def _also(page: Page) -> Words:
    words = page.words()
    page.close()
    return words


def _clock(page: Page) -> Clock:
    clock = Clock(page.word("start", STARTS), _moments(page))  # type: ignore[arg-type]
    page.close()
    return clock


def _moments(page: Page) -> tuple[Moment, ...]:
    """The events of a table, then its intercurrent events, in the order of the file."""
    events = [read_moment(part, "event") for part in page.pages("event")]
    others = [
        read_moment(part, part.word("strategy", STRATEGIES)) for part in page.pages("intercurrent")
    ]
    return (*events, *others)


def _remission(page: Page) -> Remission:
    part = page.page("remission")
    moment = part.text("moment", required=False) or DEFAULT_REMISSION
    rule = Remission(
        read_sign(moment, part, "moment"),
        part.whole_or("from_day", 1),
        tuple(read_sign(kind, part, "before").kind for kind in part.texts("before")),
    )
    part.close()
    return rule


def _response(page: Page) -> ResponseRule:
    low, high = page.whole("from_day") or 0, page.whole("to_day") or 0
    check_window(page, low, high)
    patience = page.whole("not_infused_after", required=False)
    reading = page.word("reading", READINGS)
    page.close()
    return ResponseRule(low, high, reading, patience)  # type: ignore[arg-type]


def _example(page: Page) -> WorkedExample:
    expect = tuple(_expected(part) for part in page.pages("expect"))
    if not expect:
        why = "An example says what comes out on a clock."
        page.note("expect", "nothing is expected", why, "Write expect = [{ clock = ..., ... }].")
    example = WorkedExample(
        page.words("says"), page.text("course"), expect, page.whole("case", required=False)
    )
    page.close()
    return example


def _expected(page: Page) -> Expected:
    exit_day = page.whole("exit", required=False)
    entry = page.whole_or("entry", 0)
    expected = Expected(
        clock=page.word("clock", STARTS),
        status=page.text("status", required=False),
        entry=None if exit_day is None else entry,
        exit=exit_day,
        why=page.text("why", required=False),
        doubt=page.text("doubt", required=False),
    )
    page.close()
    return expected


def _check_whole(definition: Definition, page: Page) -> None:
    """What no single table can see."""
    starts = [clock.start for clock in definition.clocks]
    if not starts:
        page.note("clock", "missing", "Days count from somewhere.", "Write [[clock]] with a start.")
    for start in sorted({start for start in starts if starts.count(start) > 1}):
        page.note("clock", repr(start), "This clock is there twice.", "Keep one.")
    if len(definition.examples) < EXAMPLES_NEEDED:
        page.note(
            "example",
            f"{len(definition.examples)} of the {EXAMPLES_NEEDED} that are needed",
            "A definition that shows no case cannot be checked by a clinician, nor by a test.",
            "Draw a course that shows the rule, and one that shows its edge.",
        )
    if definition.source.support not in CONFIRMED and definition.confirm is None:
        page.note(
            "confirm",
            "missing",
            "The source is unconfirmed, and nothing says what is to be confirmed.",
            "Write the sentence in [confirm].",
        )
    expected = {one.clock for example in definition.examples for one in example.expect}
    for clock_name in sorted(expected.difference(starts)):
        page.note("example", repr(clock_name), "No such clock is in this file.", "Add the clock.")
    for clock in definition.clocks:
        _check_clock(definition, clock, page)
    if definition.kind == "response" and definition.response is None:
        page.note("response", "missing", "A response needs its window.", "Write [response].")
    if definition.kind != "response" and definition.response is not None:
        why = f"The kind is {definition.kind!r}."
        page.note("response", "a window", why, 'Take it out, or write kind = "response".')


def _check_clock(definition: Definition, clock: Clock, page: Page) -> None:
    """Names are given once; the strategies fit the kind."""
    moments = (*definition.moments, *clock.moments)
    place = f"clock {clock.start}"
    names = [moment.name for moment in moments if moment.strategy != "ignore"]
    for name in sorted({name for name in names if names.count(name) > 1}):
        page.note(place, repr(name), "Two moments bear this name.", "Rename one.")
    strategies = {moment.strategy for moment in moments}
    kind = definition.kind
    if "event" not in strategies and kind != "response":
        why = "Nothing says what the endpoint waits for."
        page.note(place, "no event", why, "Write an [[event]].")
    if kind == "response" and strategies & {"censor", "competing"}:
        why = "A response is not censored and has no competing events."
        page.note(place, "a strategy that does not fit", why, 'Use "event" or "ignore".')
    if kind == "time_to_event" and "competing" in strategies:
        why = "A time to event has no competing events."
        page.note(place, "competing", why, 'Write kind = "competing".')
    if kind == "competing" and "competing" not in strategies:
        why = "In this kind something competes."
        remedy = 'Write kind = "time_to_event", or say what competes.'
        page.note(place, "nothing competes", why, remedy)
    if clock.start != "remission":
        return
    if kind == "response":
        why = "A response cannot be counted from the remission."
        page.note(place, repr(clock.start), why, "Count from the infusion.")
    if any(moment.no_remission and moment.decides for moment in moments):
        why = "This clock has only children in remission."
        page.note(place, "no_remission", why, "Leave that moment to the other clocks.")
