# SPDX-License-Identifier: Apache-2.0
"""The methods of a protocol and their settings; a choice that must precede the data has none."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.codebook.toml_page import Page
from cartulary.studies.target_trial.protocol import (
    CONTROLS,
    MAIC,
    MAIC_BINARY,
    MAIN_METHODS,
    METHODS,
    POWER_PRIOR,
    ROBUST_MAP,
    UNADJUSTED,
    Controls,
    EarlierStudy,
    PowerPrior,
    RobustMap,
)

_MATCHED = ("means", "means_and_spreads")
_BEFOREHAND = "What is borrowed decides the figure, so it is chosen before the data are seen."


@dataclass(frozen=True, slots=True)
class Methods:
    """The main method, all methods with the main one first, the level, and the settings."""

    main: str
    names: tuple[str, ...]
    level: float
    maic_spreads: bool = False
    power_prior: PowerPrior | None = None
    robust_map: RobustMap | None = None


def read_methods(page: Page) -> Methods:
    """The [methods] of a protocol.

    A prior is read only where it is named and its table holds every setting; a table of a method
    that is not named is refused, because it would be lost in silence.
    """
    inner = page.page("methods")
    main = _main(inner)
    also = inner.texts("also")
    strange = [name for name in also if name not in METHODS]
    if strange:
        inner.wrong("also", f"Unknown: {', '.join(strange)}.", f"Known: {', '.join(METHODS)}.")
    level = inner.number("level")
    if level is not None and not 0.5 < level < 1.0:
        inner.wrong("level", "It is the coverage of every interval.", "Write level = 0.95.")
        level = None
    _refuse_unnamed(inner, also)
    power = _power_prior(inner) if POWER_PRIOR in also else None
    robust = _robust_map(inner) if ROBUST_MAP in also else None
    spreads = _spreads(inner)
    inner.close()
    names = dict.fromkeys((main, *(name for name in also if name in METHODS), UNADJUSTED))
    return Methods(
        main, tuple(names), 0.95 if level is None else level, spreads, power, robust
    )  # fmt: skip


def _main(inner: Page) -> str:
    """The method of the conclusion."""
    why = {
        MAIC: "It reads no more than a table of the controls, whose rows are here.",
        POWER_PRIOR: "A prior adjusts for nothing.",
        UNADJUSTED: "It adjusts for nothing.",
    }
    why |= {MAIC_BINARY: why[MAIC], ROBUST_MAP: why[POWER_PRIOR]}
    named = inner.raw.get("main")
    if isinstance(named, str) and named in why:
        inner.any("main")
        inner.wrong(
            "main",
            f"{why[named]} No conclusion may rest on it.",
            f"Write one of: {', '.join(MAIN_METHODS)}; and this one in also.",
        )
        return MAIN_METHODS[0]
    return inner.word("main", MAIN_METHODS)


def _refuse_unnamed(inner: Page, also: tuple[str, ...]) -> None:
    """Settings of a method that is not asked for."""
    for name, needed in (
        (MAIC, (MAIC, MAIC_BINARY)),
        (POWER_PRIOR, (POWER_PRIOR,)),
        (ROBUST_MAP, (ROBUST_MAP,)),
    ):
        if inner.has(name) and not set(needed) & set(also):
            inner.any(name)
            inner.note(
                name,
                "settings of a method that is not named",
                "They would be lost in silence.",
                f'Write also = [..., "{needed[0]}"], or leave the table out.',
            )


def _spreads(inner: Page) -> bool:
    """Whether MAIC matches spreads beside means."""
    if not inner.has(MAIC):
        return False
    maic = inner.page(MAIC)
    found = maic.word("match", _MATCHED, _MATCHED[0])
    maic.close()
    return found == _MATCHED[1]


def _power_prior(inner: Page) -> PowerPrior | None:
    """The discounts, in [methods.power_prior]."""
    prior = inner.page(POWER_PRIOR)
    discount = prior.number("discount")
    if discount is None or not 0.0 < discount <= 1.0:
        prior.wrong(
            "discount",
            f"{_BEFOREHAND} A control counts between hardly (above 0) and fully (1).",
            "Write discount = 0.5, say.",
        )
        discount = None
    given = prior.any("also_discounts")
    listed = given if isinstance(given, list) else []
    if given is not None and (
        not isinstance(given, list)
        or any(isinstance(a, bool) or not isinstance(a, int | float) for a in listed)
        or any(not 0.0 < a <= 1.0 for a in listed)
    ):
        prior.wrong(
            "also_discounts",
            "A list of numbers above 0, up to 1, is needed.",
            "Write also_discounts = [0.25, 1.0], say.",
        )
        listed = []
    controls = _controls(prior)
    prior.close()
    if discount is None:
        return None
    return PowerPrior(discount, tuple(float(a) for a in listed if a != discount), controls)


def _robust_map(inner: Page) -> RobustMap | None:
    """The vague part, the spread and earlier studies, in [methods.robust_map]."""
    prior = inner.page(ROBUST_MAP)
    vague, scale = prior.number("vague"), prior.number("spread_scale")
    if vague is None or not 0.0 < vague <= 1.0:
        prior.wrong(
            "vague",
            f"{_BEFOREHAND} Without a vague part a prior cannot yield to new data.",
            "Write vague = 0.2, say: above 0, up to 1.",
        )
        vague = None
    if scale is None or scale <= 0.0:
        prior.wrong(
            "spread_scale",
            f"{_BEFOREHAND} It says how far studies may differ, on the log odds.",
            "Write spread_scale = 0.5, say.",
        )
        scale = None
    controls = _controls(prior)
    studies = tuple(_study(one) for one in prior.pages("study"))
    prior.close()
    if vague is None or scale is None:
        return None
    return RobustMap(vague, scale, controls, studies)


def _controls(prior: Page) -> Controls:
    """Which controls are borrowed."""
    found = prior.word("controls", CONTROLS)
    return "weighted" if found == CONTROLS[0] else "as_they_are"


def _study(one: Page) -> EarlierStudy:
    """Published controls, with their source."""
    name, source = one.text("name"), one.text("source", "Write where the counts are printed.")
    n, free = one.whole("n"), one.whole("free")
    if n is not None and n < 1:
        one.wrong("n", "A study has children.", "Write how many were counted.")
    if n is not None and free is not None and not 0 <= free <= n:
        one.wrong("free", f"They are among {n} children.", "Write how many were free of the event.")
    one.close()
    return EarlierStudy(name, n or 1, free or 0, source)
