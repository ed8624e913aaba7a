# SPDX-License-Identifier: Apache-2.0
"""A whole study: two cohorts under a protocol, every method, what it withstands, the conclusion."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.median_follow_up import median_follow_up
from cartulary.studies.target_trial.align import Aligned, align
from cartulary.studies.target_trial.by_estimand import ByEstimand, by_estimand
from cartulary.studies.target_trial.compare import compare, compare_all
from cartulary.studies.target_trial.conclusion import Conclusion, conclude
from cartulary.studies.target_trial.protocol import Protocol
from cartulary.studies.target_trial.results import Comparison
from cartulary.studies.target_trial.sensitivity import Sensitivity, sensitivity
from cartulary.studies.target_trial.unaligned import Unaligned, unaligned


@dataclass(frozen=True, kw_only=True)
class AtLandmark:
    """The main method from another landmark, and how many children are left there."""

    day: int
    treated: int
    control: int
    found: Comparison | None
    refusal: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Study:
    """Everything a report of a target trial needs.

    comparisons: the main method first. landmarks: the main method from other starts. immortal:
    the main method with the wait counted for the treated alone, which is wrong; None where it
    could not be done. estimands: the main method under every strategy for other treatment.
    median_follow_up: of treated and controls.
    """

    protocol: Protocol
    aligned: Aligned
    comparisons: tuple[Comparison, ...]
    sensitivity: Sensitivity
    landmarks: tuple[AtLandmark, ...]
    immortal: Comparison | None
    estimands: ByEstimand
    median_follow_up: tuple[Estimate, Estimate]
    unaligned: tuple[Unaligned, ...]
    conclusion: Conclusion

    @property
    def main(self) -> Comparison:
        """The comparison the conclusion rests on."""
        return self.comparisons[0]


def study(protocol: Protocol, treated: Cohort, control: Cohort) -> Study:
    """A study of two cohorts under a protocol.

    Arguments: a protocol; the treated children and the controls, each of one origin.

    Returns: a `Study`.

    Refuses: what `align` refuses; a main method that is refused, with its reason.
    """
    aligned = align(protocol, treated, control)
    comparisons = compare_all(aligned)
    sensitive = sensitivity(aligned, comparisons[0])
    apart = unaligned(aligned, comparisons[0])
    one, two = (median_follow_up(group.follow_up) for group in aligned.groups)
    return Study(
        protocol=protocol,
        aligned=aligned,
        comparisons=comparisons,
        sensitivity=sensitive,
        landmarks=tuple(
            _at_landmark(protocol, treated, control, day) for day in protocol.delay.also_days
        ),
        immortal=_immortal(protocol, treated, control),
        estimands=by_estimand(aligned, comparisons[0]),
        median_follow_up=(one, two),
        unaligned=apart,
        conclusion=conclude(aligned, comparisons, sensitive, apart),
    )


def _at_landmark(protocol: Protocol, treated: Cohort, control: Cohort, day: int) -> AtLandmark:
    """The main method from another landmark, or why not."""
    try:
        aligned = align(protocol, treated, control, start_day=day)
    except EstimandError as refusal:
        return AtLandmark(day=day, treated=0, control=0, found=None, refusal=str(refusal))
    found = compare(aligned, protocol.main)
    return AtLandmark(
        day=day,
        treated=aligned.treated.follow_up.n,
        control=aligned.control.follow_up.n,
        found=None if found.refusal else found,
        refusal=found.refusal,
    )


def _immortal(protocol: Protocol, treated: Cohort, control: Cohort) -> Comparison | None:
    """What the main method would have said without the shared wait."""
    try:
        found = compare(align(protocol, treated, control, immortal=True), protocol.main)
    except EstimandError:
        return None
    return None if found.refusal else found
