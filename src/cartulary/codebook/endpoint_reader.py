# SPDX-License-Identifier: Apache-2.0
"""Endpoint definitions from their files, each read whole and refused with all its faults."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cartulary.codebook.endpoint import (
    KINDS,
    READINGS,
    STARTS,
    STRATEGIES,
    Clock,
    Definition,
    DefinitionSource,
    Endpoint,
    Expected,
    Moment,
    Remission,
    ResponseRule,
    Words,
    WorkedExample,
)
from cartulary.codebook.endpoint_moments import read_moment, read_sign
from cartulary.codebook.file_section import Section
from cartulary.codebook.files import definition_files, extra_folder, file_stamp
from cartulary.course.errors import CodebookError

UNITS: Final = ("child",)
#: How well the reading of a source is supported.
SOURCE_STATUSES: Final = ("found", "unconfirmed", "ours")
DEFAULT_REMISSION: Final = 'assessment where response in ["CR", "CRi"]'
EXAMPLES_NEEDED: Final = 2

_TOP_KEYS: Final = (
    "id",
    "edition",
    "kind",
    "unit",
    "name",
    "abbreviation",
    "summary",
    "also",
    "source",
    "confirm",
    "clock",
    "event",
    "intercurrent",
    "remission",
    "response",
    "example",
)


def endpoints() -> Mapping[str, Endpoint]:
    """Every endpoint of the codebook by its full id, such as `efs.hypothetical.infusion`.

    Reads the package's files and those of the folder that CARTULARY_CODEBOOK names, once.
    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> "os.infusion" in endpoints()
    True
    """
    folder = extra_folder()
    return _endpoints(str(folder) if folder else "", file_stamp("endpoints"))


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
def _endpoints(folder: str, stamp: tuple[tuple[str, int], ...]) -> Mapping[str, Endpoint]:
    """The endpoints of one state of the files; `folder` and `stamp` only tell states apart."""
    problems: list[str] = []
    found: dict[str, Endpoint] = {}
    for file in definition_files("endpoints"):
        try:
            definition = read_definition(file)
        except CodebookError as error:
            problems += error.problems
            continue
        for clock in definition.clocks:
            made = Endpoint(definition, clock)
            if made.endpoint_id in found:
                other = found[made.endpoint_id].definition.file
                problems.append(
                    f"{file.name}: the endpoint {made.endpoint_id!r} is also defined in {other}. "
                    "One id has one meaning. Give the new definition an id of its own."
                )
            found[made.endpoint_id] = made
    if problems:
        raise CodebookError(problems)
    return MappingProxyType(found)


def read_definition(file: Traversable | Path) -> Definition:
    """The definition in one file; refused with every problem of that file at once."""
    return definition_from_text(file.read_text(encoding="utf-8"), file.name)


def definition_from_text(text: str, file: str) -> Definition:
    """The definition that a TOML text holds; `file` is what messages call it."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CodebookError(f"{file}: this is not TOML: {error}. Mend that line.") from error
    problems: list[str] = []
    top = Section(table, file, problems)
    top.refuse_unknown(_TOP_KEYS)
    kind = top.one_of("kind", KINDS)
    definition_id = top.text("id")
    definition = Definition(
        definition_id=definition_id,
        edition=top.text("edition"),
        kind=kind,  # type: ignore[arg-type]
        unit=top.one_of("unit", UNITS),
        name=_words(top.section("name")),
        abbreviation=_words(top.section("abbreviation")),
        summary=_words(top.section("summary")),
        source=_source(top.section("source")),
        clocks=tuple(_clock(section) for section in top.sections("clock")),
        moments=_moments(top),
        remission=_remission(top.section("remission") if "remission" in table else None, top),
        response=_response(top.section("response")) if "response" in table else None,
        examples=tuple(_example(section) for section in top.sections("example")),
        confirm=_words(top.section("confirm")) if "confirm" in table else None,
        also=tuple(_words(section) for section in top.sections("also")),
        file=file,
    )
    _check_whole(definition, top)
    if problems:
        raise CodebookError(problems)
    return definition


def _words(section: Section) -> Words:
    section.refuse_unknown(("en", "nl"))
    return Words(section.text("en"), section.text("nl"))


def _source(section: Section) -> DefinitionSource:
    section.refuse_unknown(("citation", "url", "status"))
    return DefinitionSource(
        section.text("citation"),
        section.text("url", ""),
        section.one_of("status", SOURCE_STATUSES),
    )


def _clock(section: Section) -> Clock:
    section.refuse_unknown(("start", "event", "intercurrent"))
    return Clock(section.one_of("start", STARTS), _moments(section))  # type: ignore[arg-type]


def _moments(section: Section) -> tuple[Moment, ...]:
    """The events of a section, then its intercurrent events, in the order of the file."""
    events = [read_moment(part, "event") for part in section.sections("event")]
    others = [
        read_moment(part, part.one_of("strategy", STRATEGIES))
        for part in section.sections("intercurrent")
    ]
    return (*events, *others)


def _remission(section: Section | None, top: Section) -> Remission:
    if section is None:
        return Remission(read_sign(DEFAULT_REMISSION, top, "remission"))
    section.refuse_unknown(("moment", "from_day", "before"))
    return Remission(
        read_sign(section.text("moment", DEFAULT_REMISSION), section, "moment"),
        section.number("from_day", 1),
        tuple(read_sign(kind, section, "before").kind for kind in section.texts("before")),
    )


def _response(section: Section) -> ResponseRule:
    section.refuse_unknown(("from_day", "to_day", "reading", "not_infused_after"))
    low, high = section.number("from_day"), section.number("to_day")
    if low > high:
        section.wrong(f"the window opens on day {low} and closes on day {high}", "Swap them")
    patience = section.number("not_infused_after") if section.has("not_infused_after") else None
    reading = section.one_of("reading", READINGS)
    return ResponseRule(low, high, reading, patience)  # type: ignore[arg-type]


def _example(section: Section) -> WorkedExample:
    section.refuse_unknown(("says", "case", "course", "expect"))
    expect = []
    for part in section.sections("expect"):
        part.refuse_unknown(("clock", "status", "entry", "exit", "why", "doubt"))
        has_days = part.has("exit")
        expect.append(
            Expected(
                clock=part.one_of("clock", STARTS),
                status=part.text("status", ""),
                entry=part.number("entry", 0) if has_days else None,
                exit=part.number("exit") if has_days else None,
                why=part.text("why", ""),
                doubt=part.text("doubt", ""),
            )
        )
    if not expect:
        section.wrong("the example expects nothing", "Write what comes out on a clock")
    return WorkedExample(
        _words(section.section("says")),
        section.text("course"),
        tuple(expect),
        section.number("case") if section.has("case") else None,
    )


def _check_whole(definition: Definition, top: Section) -> None:
    """What no single section can see."""
    if not definition.clocks:
        top.wrong("there is no [[clock]]", "Say where days are counted from")
    starts = [clock.start for clock in definition.clocks]
    for start in sorted({start for start in starts if starts.count(start) > 1}):
        top.wrong(f"the clock {start!r} is there twice", "Keep one")
    if len(definition.examples) < EXAMPLES_NEEDED:
        top.wrong(
            f"worked examples: {len(definition.examples)}, and {EXAMPLES_NEEDED} are needed",
            "Draw a course that shows the rule, and one that shows its edge",
        )
    if definition.source.status == "unconfirmed" and definition.confirm is None:
        top.wrong(
            "the source is unconfirmed and nothing says what is to be confirmed",
            "Write the sentence in [confirm]",
        )
    for example in definition.examples:
        for expected in example.expect:
            if expected.clock in STARTS and expected.clock not in starts:
                top.wrong(
                    f"an example expects a clock {expected.clock!r} that is not here", "Add it"
                )
    for clock in definition.clocks:
        _check_clock(definition, clock, top)
    if (definition.kind == "response") != (definition.response is not None):
        top.wrong(
            f"the kind is {definition.kind!r} and [response] is "
            f"{'there' if definition.response else 'not there'}",
            "A response endpoint has a [response] window, and no other has",
        )


def _check_clock(definition: Definition, clock: Clock, top: Section) -> None:
    """Names are given once; the strategies fit the kind."""
    moments = (*definition.moments, *clock.moments)
    names = [moment.name for moment in moments if moment.strategy != "ignore"]
    for name in sorted({name for name in names if names.count(name) > 1}):
        top.wrong(f"two moments on clock {clock.start!r} are called {name!r}", "Rename one")
    strategies = {moment.strategy for moment in moments}
    if "event" not in strategies and definition.kind != "response":
        top.wrong(f"clock {clock.start!r} has no [[event]]", "Say what the endpoint waits for")
    if definition.kind == "response" and strategies & {"censor", "competing"}:
        top.wrong(
            "a response is not censored and has no competing events", 'Use "event" or "ignore"'
        )
    if definition.kind == "time_to_event" and "competing" in strategies:
        top.wrong("a time to event has no competing events", 'Write kind = "competing"')
    if definition.kind == "competing" and "competing" not in strategies:
        top.wrong("nothing competes", 'Write kind = "time_to_event", or say what competes')
    if clock.start == "remission":
        if definition.kind == "response":
            top.wrong("a response cannot be counted from the remission", "Count from the infusion")
        if any(moment.no_remission and moment.decides for moment in moments):
            top.wrong(
                "the clock 'remission' has only children in remission, and one moment is not",
                "Leave that moment to the other clocks",
            )
