# SPDX-License-Identifier: Apache-2.0
"""What is followed, for how long, and for which events: the scenarios of a file, none a fact."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.course.errors import CodebookError
from cartulary.studies.follow_up_power.patient_years import Entry
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population import Population
from cartulary.twin.population_reader import default_population, read_population
from cartulary.twin.quantiles import SUPPORT

FILE_NAME: Final = "follow_up.toml"
PER_THOUSAND: Final = 1000.0


@dataclass(frozen=True, slots=True)
class Size:
    """Who follows: a programme, a country, a register."""

    size_id: str
    entry: Entry
    from_words: str  # where the size comes from


@dataclass(frozen=True, slots=True)
class Loss:
    """How many are lost to follow-up a year."""

    loss_id: str
    a_year: float


@dataclass(frozen=True, slots=True)
class Rate:
    """An event to be found: how often without CAR-T cells, and how much more often is asked."""

    event_id: str
    background_a_year: float
    ratio: float
    from_years: float  # since the infusion: it cannot come before


@dataclass(frozen=True, slots=True)
class Plan:
    """One file of follow-up, whole."""

    policy: Policy
    population: Population
    first_year: int
    last_year: int
    shown_years: tuple[int, ...]
    follow_up_years: float
    sizes: tuple[Size, ...]
    losses: tuple[Loss, ...]  # the first is the one that tables show
    rates: tuple[Rate, ...]  # the first is the one that tables show


def read_plan(file: Path) -> Plan:
    """The scenarios in one file; refused with every problem of it at once, each with its line.

    Arguments: the path of a TOML file; examples/questions/Q6 holds one.
    Refuses: a file that is not there, unknown or missing keys, rates and years that cannot be.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodebookError(
            f"{file}: {error.strerror or error}. Follow-up is planned in a file beside the "
            "question. Write one, or check its path."
        ) from None
    page = page_of_text(text, str(file))
    first = _year(page, "first_year", 2019)
    last = _year(page, "last_year", 2060)
    made = Plan(
        policy=_policy(page, file.parent),
        population=_population(page, file.parent),
        first_year=first,
        last_year=last,
        shown_years=_shown(page, first, last),
        follow_up_years=_between(page, "follow_up_years", 1.0, 15.0, 15.0),
        sizes=tuple(_size(one) for one in page.pages("size")),
        losses=tuple(_loss(one) for one in page.pages("loss")),
        rates=tuple(_rate(one) for one in page.pages("event")),
    )
    page.close()
    for key, there in (("size", made.sizes), ("loss", made.losses), ("event", made.rates)):
        if not there:
            page.note(key, "missing", "Nothing can be reckoned without it.", f"Write a [[{key}]].")
    refuse_with_lines(page, text)
    return made


def _policy(page: Page, folder: Path) -> Policy:
    name = page.text("policy", 'Write policy = "../../policies/maxima.toml".')
    try:
        return read_policy(folder / name)
    except CodebookError as error:
        raise CodebookError([f"{page.file}: policy: {error}"]) from None


def _population(page: Page, folder: Path) -> Population:
    name = page.text("population", required=False)
    return read_population(folder / name) if name else default_population()


def _year(page: Page, key: str, usual: int) -> int:
    found = page.whole(key)
    if found is None or not 2010 <= found <= 2100:
        if found is not None:
            page.wrong(key, "It is a calendar year from 2010 to 2100.", f"Write {key} = {usual}.")
        return usual
    return found


def _shown(page: Page, first: int, last: int) -> tuple[int, ...]:
    value = page.any("shown_years")
    listed = [one for one in value if isinstance(one, int)] if isinstance(value, list) else []
    good = listed == sorted(set(listed)) and all(first < year <= last for year in listed)
    if not listed or not good:
        why = "Years that are shown lie after the first and not after the last, in rising order."
        page.wrong("shown_years", why, f"Write shown_years = [{last}].")
        return (last,)
    return tuple(listed)


def _size(page: Page) -> Size:
    size_id = page.text("id")
    where = page.text("from", "Say where the size comes from, or that it is a scenario.")
    page.word("support", SUPPORT)
    cohort = page.text("benchmark", required=False)
    over = page.number("over_years")
    yearly = page.number("infused_a_year")
    goes_on = page.yes_no("goes_on", default=False)
    page.close()
    entry = Entry(1.0)
    if cohort:
        n = benchmarks()[cohort].n_infused if cohort in benchmarks() else None
        if n is None:
            page.wrong("benchmark", "No cohort with a number infused is called so.", "Mend it.")
        elif over is None or not over > 0:
            page.wrong("over_years", "The cohort came in over some years.", "Write 7, say.")
        else:
            entry = Entry(n / over) if goes_on else Entry(n / over, over)
    elif yearly is None or not yearly > 0:
        page.wrong("infused_a_year", "A size is children a year, above 0.", "Write 20, say.")
    else:
        entry = Entry(yearly)
    return Size(size_id, entry, where)


def _loss(page: Page) -> Loss:
    made = Loss(page.text("id"), _between(page, "lost_a_year", 0.0, 1.0, 0.0))
    page.close()
    return made


def _rate(page: Page) -> Rate:
    made = Rate(
        event_id=page.text("id"),
        background_a_year=_between(page, "background_per_1000", 1e-4, 1000.0, 1.0) / PER_THOUSAND,
        ratio=_between(page, "ratio", 1.1, 100.0, 2.0),
        from_years=_between(page, "from_years", 0.0, 14.0, 0.0),
    )
    page.close()
    return made


def _between(page: Page, key: str, low: float, high: float, usual: float) -> float:
    value = page.number(key)
    if value is None or not low <= value <= high:
        page.wrong(key, f"It lies from {low:g} to {high:g}.", f"Write {key} = {usual:g}, say.")
        return usual
    return value
