# SPDX-License-Identifier: Apache-2.0
"""What could not be aligned: said by the protocol's author, and found in the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from cartulary.codebook.words import NO_WORDS, Words
from cartulary.evidence.median_follow_up import median_follow_up
from cartulary.studies.target_trial.align import (
    COVARIATE_MISSING,
    EVENT_BEFORE,
    NOT_KNOWN,
    TREATED_LATER,
    Aligned,
    AlignedGroup,
)
from cartulary.studies.target_trial.results import Comparison

Code: TypeAlias = Literal[
    "author",
    "one_group",
    "not_known",
    "covariate_missing",
    "lost_waiting",
    "treated_later",
    "period",
    "follow_up",
    "outside_range",
    "unbalanced",
    "imprecise",
    "crossed",
    "unmatched",
]
_LONGER: Final = 1.5


@dataclass(frozen=True, slots=True)
class Unaligned:
    """One thing that still differs between the groups, or may.

    group: whose, or empty where it is of both. words: a name that the protocol gives (of a rule,
    of a covariate), or the author's own sentence. counts: the numbers of the sentence, in the
    order of its code: treated before control, from before to.
    """

    code: Code
    group: str = ""
    words: Words = NO_WORDS
    counts: tuple[int, ...] = ()


def unaligned(aligned: Aligned, main: Comparison) -> tuple[Unaligned, ...]:
    """Everything that could not be aligned, the author's own statements first.

    Arguments: the aligned groups; the main comparison, whose balance is judged.

    Returns: one `Unaligned` for each.
    """
    stated = [Unaligned("author", words=words) for words in aligned.protocol.not_aligned]
    rules = [
        Unaligned("one_group", criterion.applies_to[0], criterion.words)
        for criterion in aligned.protocol.eligibility
        if len(criterion.applies_to) == 1
    ]
    found = [*_waiting(aligned), *_times(aligned)]
    for group in aligned.groups:
        found += _of_group(aligned, group)
    return (*stated, *rules, *found, *_covariates(aligned, main))


def _waiting(aligned: Aligned) -> Iterator[Unaligned]:
    """Children lost while waiting, and treated children left out because they waited longer."""
    lost = tuple(group.left(EVENT_BEFORE) for group in aligned.groups)
    if lost[0] != lost[1]:
        yield Unaligned("lost_waiting", counts=lost)
    for group in aligned.groups:
        later = group.left(TREATED_LATER)
        if later:
            yield Unaligned("treated_later", group.group.name, group.group.label, (later,))


def _times(aligned: Aligned) -> Iterator[Unaligned]:
    """Calendar years that do not overlap, and follow-up that is much longer in one group."""
    one, two = (group.period for group in aligned.groups)
    if one is not None and two is not None and (one[1] < two[0] or two[1] < one[0]):
        yield Unaligned("period", counts=(*one, *two))
    found = [median_follow_up(group.follow_up).value for group in aligned.groups]
    days = [float(value) for value in found if value]
    if len(days) == len(found) and max(days) / min(days) > _LONGER:
        yield Unaligned("follow_up", counts=(round(days[0]), round(days[1])))


def _of_group(aligned: Aligned, group: AlignedGroup) -> Iterator[Unaligned]:
    """What is not known, not dated, or changed hands in one group."""
    name, label = group.group.name, group.group.label
    for step in group.steps:
        if step.why == NOT_KNOWN:
            rule = aligned.protocol.eligibility[step.rule]
            yield Unaligned("not_known", name, rule.words, (step.left,))
    missing = group.left(COVARIATE_MISSING)
    if missing:
        yield Unaligned("covariate_missing", name, label, (missing,))
    if group.imprecise:
        yield Unaligned("imprecise", name, label, (group.imprecise,))
    if group.crossed:
        yield Unaligned("crossed", name, label, (group.crossed,))


def _covariates(aligned: Aligned, main: Comparison) -> Iterator[Unaligned]:
    """Treated children unlike any control in one covariate; covariates the weights left apart."""
    x1, x0 = aligned.treated.covariates, aligned.control.covariates
    beyond = (x1 < x0.min(axis=0)) | (x1 > x0.max(axis=0))
    for place, name in enumerate(aligned.names):
        outside = int(np.count_nonzero(beyond[:, place]))
        if outside:
            words = aligned.protocol.fact(name).words
            yield Unaligned("outside_range", "treated", words, (outside,))
    if main.balance is not None:
        for row in main.balance.rows:
            if not row.balanced:
                yield Unaligned("unbalanced", words=aligned.protocol.fact(row.covariate).words)
    if main.target == "pairs" and main.weights is not None:
        left = int(np.count_nonzero(main.weights.treated == 0.0))
        if left:
            yield Unaligned("unmatched", "treated", aligned.treated.group.label, (left,))
