# SPDX-License-Identifier: Apache-2.0
"""What is wrong with the figures of a benchmark file: words, numbers, intervals, and doubles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.published_cohort import NOT_STATED, PublishedEstimate
from cartulary.codebook.source import DISPUTED, SUPPORT_OF_FIGURES
from cartulary.codebook.toml_page import Page
from cartulary.codebook.words import Vocabulary

Table = Mapping[str, Any]

#: What the reader reckons itself, and so what no file may state.
RECKONED: Final = frozenset({"benchmark", "decimals", "value_from_counts"})
ESTIMATE_KEYS: Final = frozenset(field.name for field in fields(PublishedEstimate)) - RECKONED
ENDPOINT_KEYS: Final = frozenset(["os", "efs", "rfs", "dor", "dfs", "lfs", "pfs", "cir"])

_VOCABULARIES: Final[Mapping[str, Vocabulary]] = {
    "key": terms.OUTCOMES,
    "population": terms.POPULATIONS,
    "clock": terms.CLOCKS,
    "sct_rule": terms.TRANSPLANT_RULES,
    "support": SUPPORT_OF_FIGURES,
    "interval_support": SUPPORT_OF_FIGURES,
    "unit": terms.UNITS,
    "statistic": terms.STATISTICS,
    "interval": terms.INTERVALS,
    "scale": terms.SCALES,
    "measured_in": terms.MEASURES,
}
_INTERVALS: Final = (
    ("low", "high"),
    ("unconfirmed_low", "unconfirmed_high"),
    ("derived_low", "derived_high"),
)
#: Written with a decimal point, and turned into floats.
DECIMAL_KEYS: Final = ("standard_error", *(end for pair in _INTERVALS for end in pair))
_NUMBERS: Final = ("value", "at_months", *DECIMAL_KEYS)
_WHOLE_NUMBERS: Final = ("count", "n", "at_days", "window_days")
_FLAGS: Final = ("not_reached", "high_not_reached", "approximate", "main")


def is_count(value: object) -> bool:
    """Whether a TOML value is a whole number, 0 or more; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: object) -> bool:
    """Whether a TOML value is a finite number; true and false are not."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return False
    return Decimal(value).is_finite()


def with_defaults(raw: Table, row: Table) -> dict[str, Any]:
    """An estimate with what the file states once for all its estimates."""
    general = {"unit": raw.get("unit"), "source": "source", **raw.get("defaults", {})}
    merged = {**general, **row}
    if merged.get("key") not in ENDPOINT_KEYS:
        merged |= {"definition": NOT_STATED, "sct_rule": "not_applicable"}
        merged |= {name: row[name] for name in ("definition", "sct_rule") if name in row}
    if merged.get("key") == "os" and "sct_rule" not in row:
        merged["sct_rule"] = "not_applicable"
    if is_graded(merged.get("key")):
        if "definition" not in row and merged.get("scale") in terms.CODEBOOK_SCALES:
            merged["definition"] = merged["scale"]
    elif "scale" not in row:
        merged.pop("scale", None)
    return merged


def is_graded(key: object) -> bool:
    """Whether an outcome means nothing without the scale it was graded on."""
    return str(key).startswith(terms.GRADED)


def check_estimates(page: Page, sources: Collection[str]) -> None:
    """Note every problem of the figures; `sources` are the names of the file's sources."""
    same_question: Counter[tuple[object, ...]] = Counter()
    answers: Counter[tuple[object, ...]] = Counter()
    for position, one in enumerate(page.pages("estimate"), start=1):
        row = one.raw
        merged = with_defaults(page.raw, row)
        full = Page(merged, page.file, _name_of(position, row), page.problems)
        full.close({*ESTIMATE_KEYS, *set(merged) - set(row)})
        _check_words(full)
        if _has_the_right_kinds(full):
            _check_numbers(full)
        _check_names(full, page.raw.get("subgroups", {}), sources)
        if merged.get("support") not in DISPUTED:
            question = tuple(row.get(k) for k in ("key", "subgroup", "at_days", "at_months"))
            same_question[question] += 1
            answers[question] += row.get("main") is True
    for question, how_many in same_question.items():
        if how_many > 1 and answers[question] != 1:
            value = f"{how_many} estimates, {answers[question]} of them main"
            why = "They answer the same question, and the choice must not be silent."
            remedy = "Write main = true on exactly one."
            page.note(", ".join(str(part) for part in question if part), value, why, remedy)


def _name_of(position: int, row: Table) -> str:
    when = [f"{row[k]} {k[3:]}" for k in ("at_days", "at_months") if k in row]
    return f"estimate {position} ({', '.join([str(row.get('key', 'no key')), *when])})"


def _check_words(full: Page) -> None:
    """Every word is known, and those without which a number means nothing are there."""
    required = ["key", "statistic", "population", "clock", "sct_rule", "support", "unit"]
    if is_graded(full.raw.get("key")):
        required.append("scale")
    for name in required:
        if full.raw.get(name) is None:
            remedy = 'Give it, or put it in [defaults]; "not stated" where the source is silent.'
            why = "Without it nobody can tell what the number may be compared with."
            full.wrong(name, why, remedy)
    for name, words in _VOCABULARIES.items():
        if full.raw.get(name) is not None:
            full.word(name, words)
    if not full.has("definition"):
        why = "An outcome without a definition cannot be compared."
        full.wrong("definition", why, 'Name an endpoint or scale, or write "not stated".')
    needs_note = full.raw.get("support") in DISPUTED or full.raw.get("unit") == NOT_STATED
    if needs_note and not full.has("note"):
        why = "A disputed figure, or one whose unit is open, must say what is open."
        full.wrong("note", why, "Add note = { en = , nl = }.")
    full.words("note", required=False)


def _check_names(full: Page, subgroups: Table, sources: Collection[str]) -> None:
    """The source and the subgroup are described in the file."""
    source, subgroup = full.raw.get("source"), full.raw.get("subgroup")
    if source not in sources:
        remedy = f"Add [sources.{source}] or name one of {sorted(sources)}."
        full.wrong("source", "The file describes no such source.", remedy)
    if subgroup is not None and subgroup not in subgroups:
        why = "A subgroup needs a name in both languages."
        full.wrong("subgroup", why, f"Add [subgroups.{subgroup}] with en and nl.")


def _has_the_right_kinds(full: Page) -> bool:
    """Numbers, whole numbers and yes-or-no where they belong; anything else is noted."""
    kinds = (
        (_NUMBERS, _is_number, "It must be a finite number.", "Write it as 0.50."),
        (_WHOLE_NUMBERS, is_count, "It must be a whole number, 0 or more.", "Write it as printed."),
        (_FLAGS, lambda value: isinstance(value, bool), "It is yes or no.", "Write true or false."),
    )
    before = len(full.problems)
    for names, fits, why, remedy in kinds:
        for name in names:
            if full.has(name) and not fits(full.raw[name]):
                full.wrong(name, why, remedy)
    return len(full.problems) == before


def _check_numbers(page: Page) -> None:
    """The numbers of one figure do not contradict each other."""
    full = page.raw
    counted = "count" in full and "n" in full
    fraction = full.get("statistic") in terms.FRACTIONS
    known = {"value", "count", "low"} & set(full) or full.get("not_reached")
    if not known:
        page.wrong("value", "There is nothing to show.", "Give value, count or not_reached.")
    if "value" in full and full.get("not_reached"):
        page.wrong("not_reached", "It has a value.", "Keep one of the two.")
    if full.get("statistic") == "count" and "count" not in full:
        page.wrong("count", "A number of children is a count.", "Write count = 9.")
    if fraction and "value" not in full and not counted:
        page.wrong("value", "A proportion needs it.", "Give value, or count and n.")
    if "at_days" in full and "at_months" in full:
        page.wrong("at_days", "The source printed one of the two.", "Keep what it printed.")
    if counted and full["count"] > full["n"]:
        page.wrong("count", f"It is above n = {full['n']}.", "Check both in the source.")
    for low, high in _INTERVALS:
        _check_interval(page, low, high, fraction)
    if ("derived_low" in full) != ("derived_method" in full):
        page.wrong("derived_method", "A reckoned interval says how.", "Name the method.")
    if full.get("statistic") in terms.MEASURED and "measured_in" not in full:
        page.wrong("measured_in", "The number has no unit.", 'Write it, such as "cells/kg".')
    if fraction and "value" in full and not 0 <= full["value"] <= 1:
        page.wrong("value", "A probability lies between 0 and 1.", "Write 0.50 for 50%.")


def _check_interval(page: Page, low: str, high: str, fraction: bool) -> None:
    full = page.raw
    open_above = high == "high" and full.get("high_not_reached")
    if (low in full) != (high in full) and not open_above:
        remedy = "Give both, none, or high_not_reached = true."
        page.wrong(high, "Half an interval misleads.", remedy)
    ends = [full[name] for name in (low, "value", high) if name in full]
    if ends != sorted(ends):
        page.wrong(low, "It does not hold that low <= value <= high.", "Check the source.")
    if fraction and any(not 0 <= end <= 1 for end in ends):
        page.wrong(low, "A probability lies between 0 and 1.", "Write 0.50 for 50%.")
