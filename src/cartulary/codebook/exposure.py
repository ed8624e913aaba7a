# SPDX-License-Identifier: Apache-2.0
"""An exposure that begins during follow-up as a file, and the plain reading of one course.

A transplant, a second infusion, the loss of B-cell aplasia: a child is without it until a day, and
after it from then on. The file says which moments begin it, what it must come before, and under
which endpoint it is judged. It is read by the interpreters of endpoints, so that there are two of
them here too, and they must agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import (
    MISSING,
    Clock,
    Definition,
    Endpoint,
    Moment,
)
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import endpoint as endpoint_named
from cartulary.codebook.source import Source
from cartulary.codebook.words import Words
from cartulary.course.course import Course

#: Signs of an exposure are sought from the first infusion on.
CLOCK: Final = "infusion"


@dataclass(frozen=True, slots=True)
class ExposureFound:
    """When one child became exposed, on the clock of the endpoint.

    day: None for never; 0 for a child that was exposed when the clock started. stopped_by: what
    came first and rules the exposure out from then on. why_not: why the child cannot be judged or
    is not among those asked about; then nothing else is said.
    """

    day: int | None = None
    stopped_by: str = ""
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class ExposureExample:
    """A drawn course and what must be found in it."""

    says: Words
    course: str
    expect: ExposureFound


@dataclass(frozen=True)
class Exposure:
    """One exposure file, whole.

    starts: the moments that begin it, the first of them on each course. stops: what it must come
    before. looks: signs that somebody looked for it, empty where it cannot go unseen.
    event_of: the endpoint whose event it is, whose moments are then its starts and stops.
    endpoint: under which it is judged unless another is asked for. landmarks: days on that clock.
    grace_day: by which a plan to give it would have given it; None for what nobody decides on.
    short, noun, after, without: the words for it in a column, a sentence, and a curve.
    """

    exposure_id: str
    edition: str
    unit: str
    endpoint: str
    landmarks: tuple[int, ...]
    name: Words
    short: Words
    noun: Words
    after: Words
    without: Words
    summary: Words
    source: Source
    starts: tuple[Moment, ...]
    stops: tuple[Moment, ...]
    examples: tuple[ExposureExample, ...]
    looks: tuple[Moment, ...] = ()
    event_of: str = ""
    grace_day: int | None = None
    confirm: Words | None = None
    file: str = ""

    @property
    def definition(self) -> str:
        """The exposure as figures name it."""
        return f"{self.exposure_id}, edition {self.edition}"

    def words_of_stop(self, name: str, lang: str) -> str:
        """What rules the exposure out, in words."""
        return next((m.words.text(lang) for m in self.stops if m.name == name), name)


def exposure_search(exposure: Exposure, judged_by: Endpoint) -> Endpoint:
    """The search for an exposure as an endpoint: what begins it is the event, the rest competes.

    A remission is the one that the endpoint speaks of. On one day what rules the exposure out
    goes first.

    >>> from cartulary.codebook.exposure_reader import exposure
    >>> asked = exposure("transplant")
    >>> exposure_search(asked, endpoint_named(asked.endpoint)).causes
    ('relapse', 'transplant')
    """
    stops = tuple(replace(moment, strategy="competing") for moment in exposure.stops)
    return _searched(exposure, judged_by, (*stops, *exposure.starts))


def look_search(exposure: Exposure, judged_by: Endpoint) -> Endpoint:
    """The search for the first day on which somebody looked for an exposure."""
    looks = tuple(replace(moment, strategy="event") for moment in exposure.looks)
    return _searched(exposure, judged_by, looks)


def _searched(exposure: Exposure, judged_by: Endpoint, moments: tuple[Moment, ...]) -> Endpoint:
    clock = Clock(CLOCK)
    definition = Definition(
        definition_id=exposure.exposure_id,
        edition=exposure.edition,
        kind="competing",
        unit=exposure.unit,
        name=exposure.name,
        abbreviation=exposure.short,
        summary=exposure.summary,
        source=exposure.source,
        clocks=(clock,),
        moments=moments,
        remission=judged_by.definition.remission,
        response=None,
        examples=(),
    )
    return Endpoint(definition, clock)


def reads_the_exposure(judged_by: Endpoint, exposure: Exposure) -> str:
    """What an endpoint takes the exposure to mean, such as "censor"; empty where it ignores it.

    >>> from cartulary.codebook.exposure_reader import exposure
    >>> reads_the_exposure(endpoint_named("rfs.hypothetical.remission"), exposure("transplant"))
    'censor'
    """
    for moment in judged_by.moments:
        if not moment.decides or moment.no_remission is not None:
            continue
        for start in exposure.starts:
            alike = moment.sign.kind == start.sign.kind and (
                moment.sign.where is None
                or start.sign.where is None
                or moment.sign.where_text == start.sign.where_text
            )
            if alike:
                return moment.strategy
    return ""


def exposure_of(course: Course, exposure: Exposure, endpoint_id: str = "") -> ExposureFound:
    """When one child became exposed, on the clock of an endpoint.

    Arguments: a course; an exposure from `exposure_reader.exposure`; the full id of an endpoint,
    that of the file where none is given.
    Returns: an `ExposureFound`.
    Refuses: an unknown endpoint.

    >>> from cartulary.codebook.exposure_reader import exposure
    >>> course = course_from_drawing('''
    ...     day 0 is infusion
    ...     day | event        | facts
    ...       0 | infusion     |
    ...      28 | assessment   | response: CR
    ...      90 | transplant   | reason: consolidation
    ...     400 | last_contact |
    ... ''')
    >>> exposure_of(course, exposure("transplant")).day
    62
    """
    judged_by = endpoint_named(endpoint_id or exposure.endpoint)
    under = outcome(course, judged_by)
    if under.exit is None or under.start_day is None:
        return ExposureFound(why_not=under.why_not)
    found = outcome(course, exposure_search(exposure, judged_by))
    if found.status == MISSING:
        return ExposureFound(why_not=found.why_not)
    began = [moment.name for moment in exposure.starts]
    if found.status in began and found.start_day is not None and found.exit is not None:
        return ExposureFound(max(found.start_day + found.exit - under.start_day, 0))
    stopped = [moment.name for moment in exposure.stops]
    return ExposureFound(stopped_by=found.status if found.status in stopped else "")


def example_found(example: ExposureExample, exposure: Exposure) -> ExposureFound:
    """What is found in the course that an example draws."""
    return exposure_of(course_from_drawing(example.course), exposure)
