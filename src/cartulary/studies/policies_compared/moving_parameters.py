# SPDX-License-Identifier: Apache-2.0
"""Which parameters move from draw to draw, each with its words and how well it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from cartulary.codebook.parameter_set import Parameter, ParameterSet, ParameterSupport
from cartulary.codebook.words import Words
from cartulary.studies.policies_compared.children_read import Floats

#: Parameters that go together so closely are one: the draws cannot tell them apart.
_ONE_FROM: Final = 0.995
_WEAKEST_FIRST: Final = (
    ParameterSupport.SPECULATIVE,
    ParameterSupport.MEDIUM,
    ParameterSupport.STRONG,
)


@dataclass(frozen=True, slots=True)
class Moving:
    """One parameter, or several that move as one; the support is that of the weakest."""

    names: tuple[str, ...]
    words: Words
    support: ParameterSupport


def moving_parameters(sets: Sequence[ParameterSet]) -> tuple[tuple[Moving, ...], Floats]:
    """What moves over the draws, and its normal scores `[draw, moving]`.

    A normal score is the normal deviate of a draw's rank, so that scale and skewness of a
    parameter do not matter.
    """
    names: list[str] = []
    columns: list[Floats] = []
    for name in sets[0].parameters:
        held = [one[name] for one in sets]
        for field in ("value", "spread"):
            drawn = np.array([getattr(one, field) for one in held], dtype=np.float64)
            if np.ptp(drawn) > 0:
                names.append(name if field == "value" else f"{name}, spread")
                columns.append(_scores(drawn))
    if not names:
        return (), np.empty((len(sets), 0))
    found: list[Moving] = []
    kept: list[Floats] = []
    for group in _groups(np.array(columns)):
        own = [(names[place], sets[0][names[place].removesuffix(", spread")]) for place in group]
        found.append(_moving(own))
        kept.append(columns[group[0]])
    return tuple(found), np.array(kept).T


def _scores(drawn: Floats) -> Floats:
    _, place, tied = np.unique(drawn, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(tied) - (tied - 1) / 2.0)[place]
    scores: Floats = ndtri((ranks - 0.5) / len(drawn))
    return scores


def _groups(columns: Floats) -> list[list[int]]:
    """Places of columns that go together, in order of the first of each."""
    together = np.abs(np.corrcoef(columns)) if len(columns) > 1 else np.ones((1, 1))
    left = list(range(len(columns)))
    groups = []
    while left:
        first = left[0]
        group = [place for place in left if together[first, place] >= _ONE_FROM]
        groups.append(group)
        left = [place for place in left if place not in group]
    return groups


def _moving(own: list[tuple[str, Parameter]]) -> Moving:
    supports = [parameter.support for _, parameter in own]
    weakest = min(supports, key=_WEAKEST_FIRST.index)
    said = [_words(name, parameter) for name, parameter in own]
    if len(said) > 1:
        words = Words(
            f"{said[0].en}, with {len(said) - 1} more that move along",
            f"{said[0].nl}, met {len(said) - 1} die meebewegen",
        )
    else:
        words = said[0]
    return Moving(tuple(name for name, _ in own), words, weakest)


def _words(name: str, parameter: Parameter) -> Words:
    if name.endswith(", spread"):
        return Words(
            f"{parameter.words.en}: spread between children",
            f"{parameter.words.nl}: spreiding tussen kinderen",
        )
    return parameter.words
