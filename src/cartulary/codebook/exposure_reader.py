# SPDX-License-Identifier: Apache-2.0
"""Exposures from their files, each read whole and refused with all its faults."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.endpoint import Moment
from cartulary.codebook.endpoint_moments import read_moment
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.exposure import (
    CLOCK,
    Exposure,
    ExposureExample,
    ExposureFound,
    reads_the_exposure,
)
from cartulary.codebook.files import file_stamp
from cartulary.codebook.source import CONFIRMED, read_source
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.course.errors import CodebookError

EXAMPLES_NEEDED: Final = 2
_FOLDER: Final = "exposures"


def exposures() -> Mapping[str, Exposure]:
    """Every exposure of the codebook by its id: the package's files, then those of the centre.

    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> list(exposures())
    ['loss_of_b_cell_aplasia', 'second_infusion', 'transplant']
    """
    return _exposures(file_stamp(_FOLDER), file_stamp("endpoints"))


@lru_cache(maxsize=4)
def _exposures(
    _own: tuple[tuple[str, int], ...], _endpoints: tuple[tuple[str, int], ...]
) -> Mapping[str, Exposure]:
    """The exposures of one state of the files; the stamps only tell states apart."""
    return shelf(_FOLDER, lambda file: [((made := read_exposure(file)).exposure_id, made)])


def exposure(exposure_id: str) -> Exposure:
    """The exposure with this id; refused with the known ids where there is none.

    >>> exposure("transplant").grace_day
    120
    """
    known = exposures()
    if exposure_id not in known:
        raise CodebookError(
            f"There is no exposure {exposure_id!r}. An exposure is a file in {_FOLDER}/. "
            f"Known: {', '.join(sorted(known))}."
        )
    return known[exposure_id]


def read_exposure(file: Traversable | Path) -> Exposure:
    """The exposure in one file; refused with every problem of that file at once."""
    return _exposure(page_of(file))


def exposure_from_text(text: str, file: str) -> Exposure:
    """The exposure that a TOML text holds; `file` is what messages call it."""
    return _exposure(page_of_text(text, file))


def _exposure(page: Page) -> Exposure:
    event_of = page.text("event_of", required=False)
    starts = tuple(read_moment(part, "event") for part in page.pages("start"))
    stops = tuple(read_moment(part, "competing") for part in page.pages("stop"))
    if event_of:
        starts, stops = _of_endpoint(event_of, page, starts, stops)
    made = Exposure(
        exposure_id=page.text("id"),
        edition=page.text("edition"),
        unit=page.word("unit", ("child",)),
        endpoint=page.text("endpoint"),
        landmarks=_landmarks(page),
        name=page.words("name"),
        short=page.words("short"),
        noun=page.words("noun"),
        after=page.words("after"),
        without=page.words("without"),
        summary=page.words("summary"),
        source=read_source(page),
        starts=starts,
        stops=stops,
        looks=tuple(read_moment(part, "ignore") for part in page.pages("look")),
        event_of=event_of,
        grace_day=page.whole("grace_day", required=False),
        examples=tuple(_example(part) for part in page.pages("example")),
        confirm=page.words("confirm") if page.has("confirm") else None,
        file=page.file,
    )
    page.close(("confirm",))
    _check_whole(made, page)
    page.refuse()
    return made


def _of_endpoint(
    event_of: str, page: Page, starts: tuple[Moment, ...], stops: tuple[Moment, ...]
) -> tuple[tuple[Moment, ...], tuple[Moment, ...]]:
    """Starts and stops of the endpoint whose event the exposure is."""
    if starts or stops:
        why = "What begins it and what it must come before are those of that endpoint."
        page.wrong("event_of", why, "Keep event_of, or the [[start]] and [[stop]] tables.")
    known = endpoints()
    if event_of not in known or known[event_of].clock.start != CLOCK:
        near = [name for name in known if name.endswith(f".{CLOCK}")]
        why = f"It is no endpoint that counts from the {CLOCK}."
        page.wrong("event_of", why, f"Write one such as {', '.join(near[:4])}.")
        return starts, stops
    moments = known[event_of].moments
    return (
        tuple(m for m in moments if m.strategy == "event"),
        tuple(m for m in moments if m.strategy in ("competing", "censor")),
    )


def _landmarks(page: Page) -> tuple[int, ...]:
    """Days in rising order, from day 1 on."""
    value = page.any("landmarks")
    days = value if isinstance(value, list) else []
    whole = [day for day in days if isinstance(day, int) and not isinstance(day, bool)]
    if not whole or len(whole) != len(days) or whole != sorted(set(whole)) or whole[0] < 1:
        why = "Landmarks are days after the clock's start, in rising order, chosen beforehand."
        page.note("landmarks", repr(value), why, "Write landmarks = [30, 90], say.")
    return tuple(whole)


def _example(page: Page) -> ExposureExample:
    day = page.whole("day", required=False)
    expect = ExposureFound(
        day, page.text("stopped_by", required=False), page.text("why", required=False)
    )
    never = page.yes_no("never", default=False)
    if sum((day is not None, bool(expect.stopped_by), bool(expect.why_not), never)) != 1:
        why = "An example says one thing that comes out."
        remedy = "Write one of day, stopped_by, why, and never = true."
        page.note("example", "what is expected", why, remedy)
    example = ExposureExample(page.words("says"), page.text("course"), expect)
    page.close()
    return example


def _check_whole(made: Exposure, page: Page) -> None:
    """What no single table can see."""
    if not made.starts:
        why = "Nothing says what begins it."
        page.note("start", "missing", why, "Write a [[start]], or event_of.")
    names = [moment.name for moment in (*made.starts, *made.stops)]
    for name in sorted({name for name in names if names.count(name) > 1}):
        page.note("start", repr(name), "Two moments bear this name.", "Rename one.")
    known = endpoints()
    if made.endpoint not in known or known[made.endpoint].kind == "response":
        why = "It is no endpoint that waits for an event."
        page.wrong(
            "endpoint", why, "Write the full id of one, such as rfs.treatment_policy.remission."
        )
    elif read := reads_the_exposure(known[made.endpoint], made):
        why = f"It reads the exposure as {read!r}, so what follows it is not seen."
        page.wrong("endpoint", why, "Name an endpoint of treatment policy.")
    if made.grace_day is not None and made.grace_day < 1:
        page.wrong("grace_day", "A plan leaves time to follow it.", "Give a day from 1 on.")
    if len(made.examples) < EXAMPLES_NEEDED:
        value = f"{len(made.examples)} of the {EXAMPLES_NEEDED} that are needed"
        why = "An exposure that shows no case cannot be checked by a clinician, nor by a test."
        page.note("example", value, why, "Draw a course that shows when it begins.")
    if made.source.support not in CONFIRMED and made.confirm is None:
        why = "The source is unconfirmed, and nothing says what is to be confirmed."
        page.note("confirm", "missing", why, "Write the sentence in [confirm].")
