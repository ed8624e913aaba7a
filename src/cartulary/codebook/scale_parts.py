# SPDX-License-Identifier: Apache-2.0
"""What a grading scale is made of: inputs, grades, domains, markers, settings, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cartulary.codebook.expression import Condition
from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.fact import FactKind

Grade = int | str


class ScaleUnit(Choice):
    """What one grade is about."""

    CHILD_DAY = "child_day", "day of one child", "dag van één kind"
    INFUSION = "infusion", "infusion", "infusie"
    ASSESSMENT = "assessment", "assessment", "beoordeling"
    CHILD = "child", "child", "kind"
    RELAPSE = "relapse", "relapse", "recidief"


class Combine(Choice):
    """How the rows of a scale become one grade."""

    HIGHEST = "highest", "the highest grade that holds", "de hoogste graad die geldt"
    WORST_DOMAIN = "worst_domain", "the worst domain counts", "het ernstigste domein telt"
    FIRST = "first", "the first class that holds", "de eerste klasse die geldt"
    POINTS = "points", "points, added", "punten, opgeteld"


class From(Choice):
    """Where an input of a scale is read."""

    FINDING = "finding", "bedside finding of the day", "bevinding van de dag"
    MEASUREMENT = "measurement", "laboratory value", "laboratoriumwaarde"
    ASSESSMENT = "assessment", "assessment of the leukaemia", "beoordeling van de leukemie"
    DIAGNOSIS = "diagnosis", "first diagnosis", "eerste diagnose"
    INFUSION = "infusion", "infusion", "infusie"
    RELAPSE = "relapse", "relapse", "recidief"
    COURSE = "course", "the course as a whole", "het beloop als geheel"
    SERIES = "series", "laboratory values over days", "laboratoriumwaarden over dagen"
    CARRIED = "carried", "carried from earlier days", "meegenomen van eerdere dagen"
    ENTERED = "entered", "entered when grading", "ingevuld bij het graderen"


@dataclass(frozen=True, slots=True)
class Input:
    """One fact that a scale reads: its name in conditions, its kind and unit, and its origin.

    `several` says which value stands for the day when there are several: the highest or lowest.
    `analyte`, `pick` and `within_days` belong to a measurement; `quantity`, `threshold`,
    `inclusive`, `days` and `stops_at` to a series; `when`, `reach` and `drugs` to a fact carried
    from day to day.
    """

    name: str
    source: From
    kind: FactKind
    label: Words
    unit: str = ""
    codes: tuple[str, ...] = ()
    fact: str = ""
    several: str = "highest"
    analyte: str = ""
    pick: str = ""
    within_days: int | None = None
    quantity: str = ""
    threshold: float | None = None
    inclusive: bool = True
    days: tuple[int, int] | None = None
    stops_at: tuple[str, ...] = ()
    when: Condition | None = None
    reach: str = ""
    drugs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One grade or class: its plain sentence and the condition under which it holds."""

    grade: Grade
    words: Words
    when: Condition
    text: str


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain of a scale in which the worst domain counts.

    A required domain must have been looked at before the whole may be grade 0. A domain without a
    grade 0 of its own is 0 when none of its grades can hold.
    """

    id: str
    words: Words
    required: bool
    steps: tuple[Step, ...]

    @property
    def says_zero(self) -> bool:
        """Whether the file says itself when this domain is grade 0."""
        return bool(self.steps) and self.steps[0].grade == 0


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker of a points score: the first row that holds gives its points."""

    id: str
    words: Words
    rows: tuple[tuple[int, Condition, str], ...]


@dataclass(frozen=True, slots=True)
class Band:
    """The sums, from `low` to `high` points, that make one class."""

    grade: Grade
    low: int
    high: int
    words: Words


@dataclass(frozen=True, slots=True)
class Flag:
    """Something to say beside the grade, and when."""

    id: str
    words: Words
    when: Condition


@dataclass(frozen=True, slots=True)
class SettingOption:
    """One value of a setting: the sentence that says it and the texts it puts in conditions."""

    id: str
    words: Words
    use: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice that the sources leave open: named, said, and open to change."""

    id: str
    chosen: str
    why: Words
    options: tuple[SettingOption, ...]

    @property
    def option(self) -> SettingOption:
        """The option in force."""
        return next(option for option in self.options if option.id == self.chosen)


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A condition under a name, used as `{name}` in others; `words` are empty where it has none."""

    name: str
    text: str
    words: Words


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row of a worked example: the facts, and what the scale must say.

    `flags`, `score` and `missing` are None where the example does not speak of them.
    """

    facts: Mapping[str, object]
    grade: Grade | None
    flags: tuple[str, ...] | None = None
    score: int | None = None
    missing: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ScaleExample:
    """One worked example: a sentence, a drawn table, and the settings it was drawn under."""

    says: Words
    case: int | None
    table: str
    rows: tuple[ExampleRow, ...]
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Graded:
    """What a scale says of one row.

    `grade` is None when the row cannot be graded; `missing` names the absent facts that stand in
    the way of a grade, or that could still raise the grade that is given. `because` holds codes
    that `Scale.sentence` turns into sentences. `score` is the sum of a points score.
    """

    grade: Grade | None
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    score: int | None = None

    @property
    def is_minimum(self) -> bool:
        """True when an absent fact could still raise the grade that is given."""
        return self.grade is not None and bool(self.missing)
