# SPDX-License-Identifier: Apache-2.0
"""Populations from their files, each read whole and refused with all its faults and lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from cartulary.codebook.source import read_source
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError
from cartulary.course.events.disease import Genetics, Reason
from cartulary.twin.population import Population, Quantiles

#: Shares of a list add up to one within what rounding to two figures explains.
SHARE_SLACK: Final = 0.011
SUPPORT: Final = ("strong", "medium", "speculative")


def default_population() -> Population:
    """The population that is drawn where none is named: children of everyday practice.

    >>> default_population().population_id
    'real_world'
    """
    shipped = files("cartulary.twin").joinpath("populations", "real_world.toml")
    return population_from_text(shipped.read_text(encoding="utf-8"), shipped.name)


def read_population(file: Path) -> Population:
    """The population in one file; refused with every problem of that file at once."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodebookError(
            f"{file}: {error.strerror or error}. A population is read from a file. Check its path."
        ) from None
    except UnicodeDecodeError as error:
        raise CodebookError(f"{file}: {error.reason}. It must be UTF-8. Save it so.") from None
    return population_from_text(text, file.name)


def population_from_text(text: str, file: str) -> Population:
    """The population that a TOML text holds; `file` is what messages call it."""
    page = page_of_text(text, file)
    read_source(page)
    made = Population(
        population_id=page.text("id"),
        edition=page.text("edition"),
        name=page.words("name"),
        summary=page.words("summary"),
        age_years=_quantiles(page, "age_years", 0.0, 25.99),
        marrow_share=_quantiles(page, "marrow_share", 1e-9, 0.999),
        prior_lines=_quantiles(page, "prior_lines", 0.0, 20.0),
        months_since_transplant=_quantiles(page, "months_since_transplant", 0.5, 240.0),
        reasons=_shares(page, "reasons", Reason),
        genetics=_shares(page, "genetics", Genetics),
        female=_share(page, "female"),
        cns=_share(page, "cns3"),
        extramedullary=_share(page, "extramedullary"),
        prior_transplant=_share(page, "other_prior_transplant"),
        prior_blinatumomab=_share(page, "prior_blinatumomab"),
        prior_inotuzumab=_share(page, "prior_inotuzumab"),
        file=page.file,
    )
    page.close()
    refuse_with_lines(page, text)
    return made


def _table(page: Page, key: str) -> Page:
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


def _quantiles(page: Page, key: str, lowest: float, highest: float) -> Quantiles:
    """Pairs of a probability and a value, both rising, from probability 0 to 1."""
    table = _table(page, key)
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


def _share(page: Page, key: str) -> float:
    """A share of the children, from 0 to 1."""
    table = _table(page, key)
    value = table.number("share")
    if table.raw:
        table.close()
        if value is None or not 0 <= value <= 1:
            table.wrong("share", "A share lies from 0 to 1.", "Write share = 0.2, say.")
    return value if value is not None and 0 <= value <= 1 else 0.0


Code = TypeVar("Code", bound=Choice)


def _shares(page: Page, key: str, codes: type[Code]) -> Mapping[Code, float]:
    """Shares by code; they add up to one."""
    table = _table(page, key)
    inner = table.page("shares")
    found: dict[Code, float] = {}
    for code in codes:
        share = inner.number(code.value)
        if share is not None:
            found[code] = share
            if not 0 <= share <= 1:
                inner.wrong(code.value, "A share lies from 0 to 1.", "Mend it.")
    inner.close(tuple(code.value for code in codes))
    if table.raw:
        table.close()
        total = math.fsum(found.values())
        if abs(total - 1) > SHARE_SLACK:
            why = "Every child has one of them, so they add up to 1."
            table.note("shares", f"together {total:g}", why, "Mend the shares.")
    return found
