# SPDX-License-Identifier: Apache-2.0
"""Populations from their files, each read whole and refused with all its faults and lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeVar

from cartulary.codebook.source import read_source
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError
from cartulary.course.events.disease import Genetics, Reason
from cartulary.twin.population import Population
from cartulary.twin.quantiles import read_quantiles, trait_table

#: Shares of a list add up to one within what rounding to two figures explains.
SHARE_SLACK: Final = 0.011


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
        age_years=read_quantiles(page, "age_years", 0.0, 25.99),
        marrow_share=read_quantiles(page, "marrow_share", 1e-9, 0.999),
        prior_lines=read_quantiles(page, "prior_lines", 0.0, 20.0),
        months_since_transplant=read_quantiles(page, "months_since_transplant", 0.5, 240.0),
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


def _share(page: Page, key: str) -> float:
    """A share of the children, from 0 to 1."""
    table = trait_table(page, key)
    value = table.number("share")
    if table.raw:
        table.close()
        if value is None or not 0 <= value <= 1:
            table.wrong("share", "A share lies from 0 to 1.", "Write share = 0.2, say.")
    return value if value is not None and 0 <= value <= 1 else 0.0


Code = TypeVar("Code", bound=Choice)


def _shares(page: Page, key: str, codes: type[Code]) -> Mapping[Code, float]:
    """Shares by code; they add up to one."""
    table = trait_table(page, key)
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
