# SPDX-License-Identifier: Apache-2.0
"""What an endpoint is: whose clock, which moments end it, and what each is taken to mean.

A definition is one file. It names *moments* (a relapse, a transplant, no remission by a day) and
says what each does: it is an `event`, it `compete`s, it `censor`s, or it is `ignore`d. The child's
outcome is the first moment that does anything. On one day an event goes before a competing event
when it stands earlier in the file, and both go before censoring.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from cartulary.codebook.expression import Condition
from cartulary.codebook.source import Source
from cartulary.codebook.words import NO_WORDS, Words, vocabulary
from cartulary.course.events import EVENT_TYPE_OF_KIND

Lang = Literal["en", "nl"]
Kind = Literal["time_to_event", "competing", "response"]
Start = Literal["indication", "apheresis", "infusion", "remission"]
Population = Literal["indicated", "apheresed", "infused", "responders"]
Strategy = Literal["event", "competing", "censor", "ignore"]
Anchor = Literal["clock", "indication", "apheresis", "infusion", "remission"]
Dating = Literal["assessment", "deadline", "day_1"]

KINDS: Final = ("time_to_event", "competing", "response")
STARTS: Final = ("indication", "apheresis", "infusion", "remission")
ANCHORS: Final = ("clock", *STARTS)
STRATEGIES: Final = ("event", "competing", "censor", "ignore")
DATINGS: Final = ("assessment", "deadline", "day_1")
READINGS: Final = ("best", "first", "last")
POPULATION_OF_START: Final[dict[str, Population]] = {
    "indication": "indicated",
    "apheresis": "apheresed",
    "infusion": "infused",
    "remission": "responders",
}

CENSORED: Final = "censored"
MISSING: Final = "missing"
RESPONSE: Final = "response"
NO_RESPONSE: Final = "no_response"
NOT_INFUSED: Final = "not_infused"
#: The statuses that every definition shares; a cause has the words of its own moment.
STATUS_WORDS: Final = vocabulary(
    {
        CENSORED: ("censored", "gecensureerd"),
        MISSING: ("missing", "ontbreekt"),
        RESPONSE: ("response", "respons"),
        NO_RESPONSE: ("no response", "geen respons"),
        NOT_INFUSED: ("not infused", "niet geïnfundeerd"),
    }
)
#: Names that a moment cannot take, because an outcome already uses them.
RESERVED_NAMES: Final = (*STATUS_WORDS, "")

# Why a child is not in the population: nothing is missing, it simply is not one of them.
WHY_DECLINED: Final = "declined"
WHY_NOT_APHERESED: Final = "not_apheresed"
WHY_NOT_INFUSED: Final = "not_infused"
WHY_NO_REMISSION: Final = "no_remission"
# Why a child of the population cannot be judged: counted as missing, with this reason.
WHY_NO_INDICATION_DAY: Final = "no_indication_day"
WHY_NO_LAST_CONTACT: Final = "no_last_contact"
WHY_LEFT_BEFORE_ENTRY: Final = "left_before_entry"
WHY_NOT_ASSESSED: Final = "not_assessed"
WHY_FOLLOWED_TOO_SHORT: Final = "followed_too_short"
UNDATED: Final = "undated:"

#: A doubt does not take a child out of the figures; it is counted beside them.
DOUBT_RESPONSE_NOT_ASSESSED: Final = "response_not_assessed"

REASON_WORDS: Final = vocabulary(
    {
        WHY_DECLINED: ("CAR-T was declined on day 0", "op dag 0 van CAR-T afgezien"),
        WHY_NOT_APHERESED: ("no apheresis", "geen aferese"),
        WHY_NOT_INFUSED: ("not infused", "niet geïnfundeerd"),
        WHY_NO_REMISSION: ("no remission", "geen remissie"),
        WHY_NO_INDICATION_DAY: (
            "the day of the indication is not known",
            "de dag van de indicatie is niet bekend",
        ),
        WHY_NO_LAST_CONTACT: ("no day of last contact", "geen dag van laatste contact"),
        WHY_LEFT_BEFORE_ENTRY: (
            "the course ends before the record begins",
            "het beloop eindigt voordat de vastlegging begint",
        ),
        WHY_NOT_ASSESSED: ("not assessed in the window", "niet beoordeeld binnen het venster"),
        WHY_FOLLOWED_TOO_SHORT: (
            "follow-up ends before the window closes",
            "follow-up eindigt voordat het venster sluit",
        ),
    }
)
_UNDATED_WORDS: Final = vocabulary(
    {
        "remission": ("remission", "remissie"),
        "second_infusion": ("second infusion", "tweede infusie"),
        "death_without_relapse": ("death without relapse", "overlijden zonder recidief"),
        "manufacture_failed": ("failed manufacture", "mislukte productie"),
        "called_off": ("calling off of CAR-T", "afzien van CAR-T"),
        "transplant_instead": ("transplant instead of CAR-T", "transplantatie zonder CAR-T"),
        "new_therapy_instead": ("other therapy, no CAR-T", "andere behandeling zonder CAR-T"),
        "b_cells_measured": ("return of B cells", "terugkeer van B-cellen"),
        "aplasia_over": ("end of B-cell aplasia", "einde van de B-celaplasie"),
        "molecular_relapse": ("molecular relapse", "moleculair recidief"),
    }
)


@dataclass(frozen=True, slots=True)
class Sign:
    """A kind of event, of which a condition may hold: `product where status == "failed"`."""

    kind: str
    where: Condition | None = None
    where_text: str = ""


@dataclass(frozen=True, slots=True)
class NoRemission:
    """No remission by `to_day` after the infusion, and an assessment from `from_day` on says so.

    `dated` is the day the failure gets: of that first `assessment` without remission, of the
    `deadline` (the infusion plus `to_day`), or `day_1` after the infusion.
    """

    from_day: int
    to_day: int
    dated: Dating


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that can happen to the child, and what the definition takes it to mean.

    It is the first event of `sign` between `from_day` and `to_day` days after `since`.
    `day_fact` names the fact that holds the day where that is not the event's own day; `last`
    takes the last such event instead of the first. It is void for a child that has any event of
    `unless`. `split_by` names a scale whose grade of the event is the cause;
    `cause_words` are what that scale calls each of `causes`.
    """

    name: str
    strategy: Strategy
    words: Words
    sign: Sign
    since: Anchor = "clock"
    from_day: int = 0
    to_day: int | None = None
    day_fact: str = ""
    last: bool = False
    unless: tuple[Sign, ...] = ()
    no_remission: NoRemission | None = None
    split_by: str = ""
    causes: tuple[str, ...] = ()
    cause_words: tuple[Words, ...] = ()
    why: Words = NO_WORDS

    @property
    def decides(self) -> bool:
        """True when the moment ends the child's time."""
        return self.strategy != "ignore"

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses this moment can give."""
        if self.strategy == "ignore":
            return ()
        if self.strategy == "censor":
            return (CENSORED,)
        return self.causes or (self.name,)


@dataclass(frozen=True, slots=True)
class Remission:
    """The remission a definition speaks of: the first assessment of `sign` after the infusion.

    It counts from `from_day` days after the first infusion on, and only when it was reached no
    later than the day on which the first event of a kind in `before` took place after the infusion.
    """

    sign: Sign
    from_day: int = 1
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseRule:
    """Which assessments decide the response: those in a window of days after the first infusion.

    `reading` takes the best, the first or the last of them. A child that is never infused is a
    failure once it was followed for `not_infused_after` days from the clock; until then it is
    missing.
    """

    from_day: int
    to_day: int
    reading: Literal["best", "first", "last"]
    not_infused_after: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Where days are counted from, for whom, and the moments that only this clock can see."""

    start: Start
    moments: tuple[Moment, ...] = ()

    @property
    def population(self) -> Population:
        """The children of this clock."""
        return POPULATION_OF_START[self.start]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a worked example says comes out on one clock; a day is None where there is none."""

    clock: str
    status: str
    entry: int | None
    exit: int | None
    why: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A drawn course and what the definition makes of it."""

    says: Words
    course: str
    expect: tuple[Expected, ...]
    case: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition file, whole."""

    definition_id: str
    edition: str
    kind: Kind
    unit: str
    name: Words
    abbreviation: Words
    summary: Words
    source: Source
    clocks: tuple[Clock, ...]
    moments: tuple[Moment, ...]
    remission: Remission
    response: ResponseRule | None
    examples: tuple[WorkedExample, ...]
    confirm: Words | None = None
    also: tuple[Words, ...] = ()
    file: str = ""

    def endpoint(self, start: str) -> Endpoint:
        """This definition on one of its clocks; a KeyError for a clock it does not have."""
        for clock in self.clocks:
            if clock.start == start:
                return Endpoint(self, clock)
        raise KeyError(start)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A definition on one clock: what can be asked of a course."""

    definition: Definition
    clock: Clock

    @property
    def endpoint_id(self) -> str:
        """The full id, such as `efs.hypothetical.infusion`."""
        return f"{self.definition.definition_id}.{self.clock.start}"

    @property
    def kind(self) -> Kind:
        """Time to event, competing causes, or response."""
        return self.definition.kind

    @property
    def moments(self) -> tuple[Moment, ...]:
        """Every moment in order of precedence on one day: file, clock, then what censors."""
        every = (*self.definition.moments, *self.clock.moments)
        return (
            *(m for m in every if m.strategy in ("event", "competing")),
            *(m for m in every if m.strategy not in ("event", "competing")),
        )

    @property
    def causes(self) -> tuple[str, ...]:
        """Every status that is not censoring, in order of precedence."""
        found: dict[str, None] = {}
        if self.kind == "response":
            found[RESPONSE] = None
        for moment in self.moments:
            if moment.strategy in ("event", "competing"):
                found.update(dict.fromkeys(moment.statuses))
        if self.kind == "response":
            found[NO_RESPONSE] = None
            if self.definition.response and self.definition.response.not_infused_after is not None:
                found[NOT_INFUSED] = None
        return tuple(found)

    @property
    def statuses(self) -> tuple[str, ...]:
        """Every status an outcome of this endpoint can have."""
        ends = (MISSING,) if self.kind == "response" else (CENSORED, MISSING)
        return (*self.causes, *ends)

    @property
    def reads_remission(self) -> bool:
        """True when the day of remission matters."""
        return self.clock.start == "remission" or any(
            m.decides and (m.no_remission is not None or m.since == "remission")
            for m in self.moments
        )

    def words_of(self, status: str, lang: str) -> str:
        """A status in words; its own name where the definition has none."""
        if status in STATUS_WORDS:
            return STATUS_WORDS[status].text(lang)
        for moment in self.moments:
            if status in moment.causes:
                return moment.cause_words[moment.causes.index(status)].text(lang)
            if moment.name == status:
                return moment.words.text(lang)
        return status.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one course means under one endpoint.

    Days count from the clock. `status` is `censored`, a cause, or `missing` for a child of the
    population that cannot be judged, with the reason in `why_not`; it is empty for a child that is
    not in the population. `start_day` is the study day on which the clock starts.
    """

    in_population: bool
    why_not: str = ""
    entry: int | None = None
    exit: int | None = None
    status: str = ""
    start_day: int | None = None
    doubt: str = ""

    @property
    def event_day(self) -> int | None:
        """The study day of the event; None when there was none."""
        if self.exit is None or self.start_day is None or self.status in (CENSORED, MISSING, ""):
            return None
        return self.start_day + self.exit


def reason_words(reason: str, lang: str) -> str:
    """A reason or doubt in words.

    >>> reason_words("undated:relapse", "en")
    'relapse without a date'
    """
    if reason.startswith(UNDATED):
        what = _undated_words(reason.removeprefix(UNDATED), lang)
        return f"{what} zonder datum" if lang == "nl" else f"{what} without a date"
    if reason == DOUBT_RESPONSE_NOT_ASSESSED:
        return "respons niet beoordeeld" if lang == "nl" else "response not assessed"
    words = REASON_WORDS.get(reason)
    return reason.replace("_", " ") if words is None else words.text(lang)


def _undated_words(name: str, lang: str) -> str:
    """What has no date: an event by its label, else a moment by the words that definitions use."""
    if name in EVENT_TYPE_OF_KIND:
        label = EVENT_TYPE_OF_KIND[name].label(lang)
        return f"{label[:1].lower()}{label[1:]}"
    words = _UNDATED_WORDS.get(name)
    return name.replace("_", " ") if words is None else words.text(lang)
