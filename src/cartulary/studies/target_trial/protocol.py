# SPDX-License-Identifier: Apache-2.0
"""The protocol of a target trial: what it asks, of whom, from which day, and by which methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cartulary.codebook.endpoint import Endpoint, Sign
from cartulary.codebook.expression import Condition
from cartulary.codebook.words import Words

GroupName: TypeAlias = Literal["treated", "control"]
Transform: TypeAlias = Literal["none", "log10"]
Target: TypeAlias = Literal["treated", "overlap"]

GROUPS: Final[tuple[GroupName, ...]] = ("treated", "control")
TRANSFORMS: Final[tuple[Transform, ...]] = ("none", "log10")
AGE: Final = "age_years"

UNADJUSTED: Final = "unadjusted"
PROPENSITY: Final = "propensity"
OVERLAP: Final = "overlap"
ENTROPY_BALANCING: Final = "entropy_balancing"
MATCHING: Final = "matching"
STANDARDISATION: Final = "standardisation"
AUGMENTED: Final = "augmented"
MAIC: Final = "maic"
MAIC_BINARY: Final = "maic_binary"
POWER_PRIOR: Final = "power_prior"
ROBUST_MAP: Final = "robust_map"
#: Every method, and the children its estimate speaks of. A prior takes the controls as a promise of
#: what the treated would have had.
METHODS: Final[dict[str, Target | Literal["pairs", "each", "controls", "borrowed"]]] = {
    PROPENSITY: "treated",
    ENTROPY_BALANCING: "treated",
    STANDARDISATION: "treated",
    AUGMENTED: "treated",
    MATCHING: "pairs",
    OVERLAP: "overlap",
    MAIC: "controls",
    MAIC_BINARY: "controls",
    POWER_PRIOR: "borrowed",
    ROBUST_MAP: "borrowed",
    UNADJUSTED: "each",
}
PRIORS: Final = (POWER_PRIOR, ROBUST_MAP)
#: Methods that make the groups alike in the protocol's covariates.
ADJUSTING: Final = tuple(name for name in METHODS if name not in (*PRIORS, UNADJUSTED))
#: Of these, those that use the controls' rows: a conclusion may rest on them.
MAIN_METHODS: Final = tuple(name for name in ADJUSTING if name not in (MAIC, MAIC_BINARY))
Controls: TypeAlias = Literal["weighted", "as_they_are"]
CONTROLS: Final[tuple[Controls, ...]] = ("weighted", "as_they_are")


@dataclass(frozen=True, slots=True)
class Group:
    """One of the two groups: where its courses lie, its name, and the event its treatment is.

    programme: a folder or workbook, relative to the protocol. starts: None where nothing marks
    the treatment.
    """

    name: GroupName
    programme: str
    label: Words
    starts: Sign | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """Something known of a child at time zero.

    value: "age_years", or a fact as kind.fact ("assessment.mrd_percent"), of which the last on or
    before time zero counts. any_of: codes that make it a yes (1) or no (0). transform: how it
    enters a model; rules of eligibility read it as it was written.
    """

    name: str
    words: Words
    value: str
    any_of: tuple[str, ...] = ()
    transform: Transform = "none"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule of eligibility over the baseline, and the groups in which it can be judged."""

    words: Words
    rule: Condition
    rule_text: str
    applies_to: tuple[GroupName, ...] = GROUPS


@dataclass(frozen=True, slots=True)
class Delay:
    """How the wait for the treatment is shared.

    day: the landmark, in days from time zero, from which both groups are counted: children with
    an event or out of view by then are left out of both, and treated children not yet treated too.
    also_days: other landmarks at which the main method is repeated.
    """

    day: int
    also_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PowerPrior:
    """How much of the controls a power prior borrows.

    discount: a0 of the comparison; also: further discounts that the report sets beside it.
    controls: as the main method weights them, or as they are.
    """

    discount: float
    also: tuple[float, ...]
    controls: Controls


@dataclass(frozen=True, slots=True)
class EarlierStudy:
    """Published controls that the author takes to be under the same definition and day."""

    name: str
    n: int
    free: int
    source: str


@dataclass(frozen=True, slots=True)
class RobustMap:
    """The settings of a robust MAP prior; all of them are choices that precede the data.

    vague: the share of the uniform part; spread_scale: of the spread between studies, on the log
    odds; studies: earlier ones beside the controls of this study.
    """

    vague: float
    spread_scale: float
    controls: Controls
    studies: tuple[EarlierStudy, ...] = ()


@dataclass(frozen=True, slots=True)
class Protocol:
    """A target trial as its file says it.

    endpoint: the definition that both groups are judged by, from the common start on. day: the
    day after the start at which survival is compared. last_day: where both groups are censored at
    the latest, or None. covariates: names of baseline facts. main: the method of the conclusion;
    methods: all, main first. maic_spreads: whether MAIC matches spreads beside means. not_aligned:
    what its author knows to differ.
    """

    protocol_id: str
    edition: str
    title: Words
    question: Words
    treated: Group
    control: Group
    time_zero: Sign
    time_zero_words: Words
    baseline: tuple[Baseline, ...]
    eligibility: tuple[Criterion, ...]
    delay: Delay
    endpoint: Endpoint
    day: int
    last_day: int | None
    covariates: tuple[str, ...]
    main: str
    methods: tuple[str, ...]
    level: float
    not_aligned: tuple[Words, ...]
    maic_spreads: bool = False
    power_prior: PowerPrior | None = None
    robust_map: RobustMap | None = None
    file: str = ""

    @property
    def groups(self) -> tuple[Group, Group]:
        """Treated, then control."""
        return (self.treated, self.control)

    def fact(self, name: str) -> Baseline:
        """The baseline fact of this name."""
        return next(one for one in self.baseline if one.name == name)
