# SPDX-License-Identifier: Apache-2.0
"""A distribution by some of its quantiles, and the table of a file that holds one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import expit, logit

from cartulary.codebook.toml_page import Page
from cartulary.twin.population_children import Floats

SUPPORT: Final = ("strong", "medium", "speculative")


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution by some of its quantiles, straight lines between them."""

    probabilities: tuple[float, ...]
    values: tuple[float, ...]

    def at(self, probability: Floats, *, odds: bool = False) -> Floats:
        """Values at these probabilities; with `odds` the lines are straight in log odds."""
        values = logit(np.array(self.values)) if odds else np.array(self.values)
        found: Floats = np.interp(probability, self.probabilities, values)
        return expit(found) if odds else found

    def share_below(self, value: Floats) -> Floats:
        """The probability of less than these values: the inverse of `at`, without log odds.

        >>> Quantiles((0.0, 1.0), (3.0, 7.0)).share_below(np.array([1.0, 4.0, 9.0]))
        array([0.  , 0.25, 1.  ])
        """
        share: Floats = np.interp(value, self.values, self.probabilities)
        return share


def trait_table(page: Page, key: str) -> Page:
    """The table of one trait; it names its support and where it was read."""
    if page.any(key) is None:
        page.wrong(key, "Nothing can be drawn without it.", f"Write a [{key}] table.")
        return Page({}, page.file, key)
    table = page.page(key)
    if not table.raw:
        return table
    table.word("support", SUPPORT)
    table.text("from", "Say in a few words where it was read, or that it is a guess.")
    return table


def read_quantiles(page: Page, key: str, lowest: float, highest: float) -> Quantiles:
    """Pairs of a probability and a value, both rising, from probability 0 to 1."""
    table = trait_table(page, key)
    value = table.any("quantiles")
    pairs = value if isinstance(value, list) else []
    numbers = [
        (float(pair[0]), float(pair[1]))
        for pair in pairs
        if isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in pair)
    ]
    if table.raw:
        table.close()
    probabilities = tuple(pair[0] for pair in numbers)
    values = tuple(pair[1] for pair in numbers)
    remedy = f"Write quantiles = [[0, {lowest:g}], ..., [1, {highest:g}]]."
    if not table.raw:
        return Quantiles((0.0, 1.0), (lowest, highest))
    if len(numbers) < 2 or len(numbers) != len(pairs):
        table.wrong("quantiles", "At least two pairs of probability and value are needed.", remedy)
    elif probabilities[0] != 0 or probabilities[-1] != 1 or not _rises(probabilities, strict=True):
        table.wrong("quantiles", "Probabilities rise from 0 to 1.", remedy)
    elif not _rises(values, strict=False):
        table.wrong("quantiles", "A higher probability has no lower value.", remedy)
    elif not (lowest <= values[0] and values[-1] <= highest):
        table.wrong("quantiles", f"Values lie from {lowest:g} to {highest:g}.", remedy)
    else:
        return Quantiles(probabilities, values)
    return Quantiles((0.0, 1.0), (lowest, highest))


def _rises(numbers: tuple[float, ...], *, strict: bool) -> bool:
    """Whether each number is above the one before, or at least not below it."""
    return all(one < other or (not strict and one == other) for one, other in pairwise(numbers))
