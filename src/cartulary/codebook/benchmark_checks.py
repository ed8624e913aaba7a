# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a benchmark file: every problem at once, none repaired in silence.

Each problem is one sentence group: where, the value, why it is a problem, what to write.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.published_cohort import Benchmark, PublishedEstimate

Table = Mapping[str, Any]

#: What the reader reckons itself, and so what no file may state.
RECKONED: Final = frozenset({"benchmark", "decimals", "value_from_counts"})
TOP_KEYS: Final = frozenset(field.name for field in fields(Benchmark)) - {
    "estimates",
    "examples",
} | {"estimate", "example", "sources", "defaults"}
TOP_REQUIRED: Final = {
    "id": "the file's own name without .toml",
    "edition": 'the edition of this file, such as "1"',
    "study": 'the study the cohort belongs to, such as "eliana"',
    "cut": 'the data cut or publication, such as "NEJM 2018"',
    "unit": '"child" or "infusion"',
    "product": "the product given",
    "name": 'a table with "en" and "nl"',
    "population": 'a table with "en" and "nl"',
    "source": "a [source] table with citation, url or doi, licence_note and read_on",
    "comparability": 'at least one [[comparability]] with "en" and "nl"',
    "estimate": "at least one [[estimate]]",
    "example": "at least one [[example]] with ask and expect",
}
SOURCE_KEYS: Final = frozenset({"citation", "url", "doi", "licence_note", "read_on"})
ESTIMATE_KEYS: Final = frozenset(field.name for field in fields(PublishedEstimate)) - RECKONED
#: Facts an estimate may take from the file's [defaults] instead of repeating them.
DEFAULT_KEYS: Final = frozenset(
    {"population", "definition", "scale", "clock", "unit", "sct_rule", "support", "source"}
)
ASK_KEYS: Final = frozenset({"key", "at_days", "definition", "subgroup", "population"})
EXPECT_KEYS: Final = frozenset({"value", "low", "high", "n", "count", "support", "nothing"})
ENDPOINT_KEYS: Final = frozenset(["os", "efs", "rfs", "dor", "dfs", "lfs", "pfs", "cir"])

_VOCABULARIES: Final[Mapping[str, terms.Words]] = {
    "key": terms.OUTCOMES,
    "population": terms.POPULATIONS,
    "clock": terms.CLOCKS,
    "sct_rule": terms.TRANSPLANT_RULES,
    "support": terms.SUPPORT,
    "interval_support": terms.SUPPORT,
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


@dataclass(frozen=True, slots=True)
class FileProblem:
    """One thing wrong with one place of a definition file."""

    file: str
    key: str
    value: str
    why: str
    remedy: str

    def __str__(self) -> str:
        """The problem as a line for the person who edits the file."""
        return f"{self.file}: {self.key}: {self.value}. {self.why} {self.remedy}"


def is_number(value: object) -> bool:
    """Whether a TOML value is a finite number; true and false are not."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return False
    return Decimal(value).is_finite()


def find_problems(raw: Table, file: str, stem: str) -> list[FileProblem]:
    """Every problem of one file, in the order of the file; empty when it may be used."""
    return [
        *_top_problems(raw, file, stem),
        *_source_problems(raw, file),
        *_defaults_problems(raw, file),
        *_all_estimate_problems(raw, file),
        *_example_problems(raw, file),
    ]


def _unknown(found: Iterable[str], known: frozenset[str], file: str, at: str) -> list[FileProblem]:
    problems = []
    for name in found:
        if name in known:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(sorted(known))}."
        problems.append(FileProblem(file, at, f'"{name}"', "No such field is read.", remedy))
    return problems


def _is_bilingual(value: object) -> bool:
    return (
        isinstance(value, Mapping)
        and set(value) == {"en", "nl"}
        and all(isinstance(text, str) and text.strip() for text in value.values())
    )


def _needs_both(file: str, at: str) -> FileProblem:
    why = "Reports are written in English and Dutch."
    return FileProblem(file, at, "a language is missing", why, 'Write { en = "...", nl = "..." }.')


def _top_problems(raw: Table, file: str, stem: str) -> Iterator[FileProblem]:
    yield from _unknown(raw, TOP_KEYS, file, "the file")
    for name, remedy in TOP_REQUIRED.items():
        if not raw.get(name):
            why = "A benchmark without it cannot be traced or compared."
            yield FileProblem(file, name, "missing", why, f"Give {remedy}.")
    if raw.get("id") and raw["id"] != stem:
        why = f"The file is called {stem}.toml, and the id is how it is found."
        yield FileProblem(file, "id", repr(raw["id"]), why, f'Write id = "{stem}".')
    if raw.get("unit") and raw["unit"] not in terms.UNITS:
        yield _not_a_word(file, "unit", raw["unit"], terms.UNITS)
    for name in ("name", "population"):
        if raw.get(name) and not _is_bilingual(raw[name]):
            yield _needs_both(file, name)
    for position, note in enumerate(raw.get("comparability", ()), start=1):
        if not _is_bilingual(note):
            yield _needs_both(file, f"comparability {position}")
    for name, words in raw.get("subgroups", {}).items():
        if not _is_bilingual(words):
            yield _needs_both(file, f"subgroups.{name}")
    for key in raw.get("default_for", ()):
        if key not in terms.OUTCOMES:
            yield _not_a_word(file, "default_for", key, terms.OUTCOMES)
        elif not any(row.get("key") == key for row in _estimates(raw)):
            why = "It is shown first for an outcome that it does not hold."
            yield FileProblem(file, "default_for", key, why, "Add the estimate or take it out.")
    for name in ("n_infused", "n_enrolled"):
        if name in raw and not _is_count(raw[name]):
            why = "A number of children is a whole number, 0 or more."
            yield FileProblem(file, name, repr(raw[name]), why, "Correct it or leave it out.")


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _not_a_word(file: str, at: str, value: object, words: terms.Words) -> FileProblem:
    near = difflib.get_close_matches(str(value), words, n=1)
    remedy = f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(words)}."
    why = "Two spellings of one thing would never be compared."
    return FileProblem(file, at, f'"{value}"', why, remedy)


def _sources(raw: Table) -> Iterator[tuple[str, Any]]:
    if raw.get("source"):
        yield "source", raw["source"]
    for name, source in raw.get("sources", {}).items():
        yield f"sources.{name}", source


def _source_problems(raw: Table, file: str) -> Iterator[FileProblem]:
    for at, source in _sources(raw):
        if not isinstance(source, Mapping):
            why = "A source has several parts."
            yield FileProblem(file, at, repr(source), why, f"Write a [{at}] table.")
            continue
        yield from _unknown(source, SOURCE_KEYS, file, at)
        if not source.get("citation"):
            why = "A number without a source may not be shown."
            yield FileProblem(file, f"{at}.citation", "missing", why, "Give authors, title, year.")
        if "url" not in source and "doi" not in source:
            why = "The reader must be able to look the number up."
            remedy = 'Give url or doi; url = "none" where the text has no address.'
            yield FileProblem(file, f"{at}.url", "missing", why, remedy)
        if not source.get("licence_note"):
            why = "Figures are facts, but what may be copied with them is not the same everywhere."
            remedy = "Say in a sentence what was taken."
            yield FileProblem(file, f"{at}.licence_note", "missing", why, remedy)
        if not isinstance(source.get("read_on"), date):
            why = "A page may change after it was read."
            yield FileProblem(
                file, f"{at}.read_on", repr(source.get("read_on")), why, "Write YYYY-MM-DD."
            )


def _defaults_problems(raw: Table, file: str) -> Iterator[FileProblem]:
    yield from _unknown(raw.get("defaults", {}), DEFAULT_KEYS, file, "defaults")


def _estimates(raw: Table) -> list[Table]:
    return [row for row in raw.get("estimate", ()) if isinstance(row, Mapping)]


def with_defaults(raw: Table, row: Table) -> dict[str, Any]:
    """An estimate with what the file states once for all its estimates."""
    general = {"unit": raw.get("unit"), "source": "source", **raw.get("defaults", {})}
    merged = {**general, **row}
    if merged.get("key") not in ENDPOINT_KEYS:
        merged |= {"definition": "not stated", "sct_rule": "not_applicable"}
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


def _name_of(position: int, row: Table) -> str:
    when = [f"{row[k]} {k[3:]}" for k in ("at_days", "at_months") if k in row]
    return f"estimate {position} ({', '.join([str(row.get('key', 'no key')), *when])})"


def _all_estimate_problems(raw: Table, file: str) -> Iterator[FileProblem]:
    sources = {at.removeprefix("sources.") for at, _ in _sources(raw)}
    same_question: Counter[tuple[object, ...]] = Counter()
    answers: Counter[tuple[object, ...]] = Counter()
    for position, row in enumerate(_estimates(raw), start=1):
        at = _name_of(position, row)
        yield from _unknown(row, ESTIMATE_KEYS, file, at)
        full = with_defaults(raw, row)
        yield from _word_problems(full, file, at)
        shapes = list(_shape_problems(row, file, at))
        yield from shapes
        if not shapes:
            yield from _number_problems(full, file, at)
        if full.get("source") not in sources:
            why = "The file describes no such source."
            remedy = f"Add [sources.{full.get('source')}] or name one of {sorted(sources)}."
            yield FileProblem(file, f"{at}.source", f'"{full.get("source")}"', why, remedy)
        if "subgroup" in row and row["subgroup"] not in raw.get("subgroups", {}):
            why = "A subgroup needs a name in both languages."
            remedy = f"Add [subgroups.{row['subgroup']}] with en and nl."
            yield FileProblem(file, f"{at}.subgroup", f'"{row["subgroup"]}"', why, remedy)
        if full.get("support") not in terms.DISPUTED:
            question = tuple(row.get(k) for k in ("key", "subgroup", "at_days", "at_months"))
            same_question[question] += 1
            answers[question] += row.get("main") is True
    for question, how_many in same_question.items():
        if how_many > 1 and answers[question] != 1:
            value = f"{how_many} estimates, {answers[question]} of them main"
            why = "They answer the same question, and the choice must not be silent."
            remedy = "Write main = true on exactly one."
            yield FileProblem(file, ", ".join(str(q) for q in question if q), value, why, remedy)


def _word_problems(full: Table, file: str, at: str) -> Iterator[FileProblem]:
    required = ["key", "statistic", "population", "clock", "sct_rule", "support", "unit"]
    if is_graded(full.get("key")):
        required.append("scale")
    for name in required:
        if name not in full:
            remedy = 'Give it, or put it in [defaults]; "not stated" where the source is silent.'
            why = "Without it nobody can tell what the number may be compared with."
            yield FileProblem(file, f"{at}.{name}", "missing", why, remedy)
    for name, words in _VOCABULARIES.items():
        if name in full and full[name] not in words:
            yield _not_a_word(file, f"{at}.{name}", full[name], words)
    if "definition" not in full:
        why = "An outcome without a definition cannot be compared."
        remedy = 'Name an endpoint or scale, or write "not stated".'
        yield FileProblem(file, f"{at}.definition", "missing", why, remedy)
    needs_note = full.get("support") in terms.DISPUTED or full.get("unit") == "not stated"
    if needs_note and "note" not in full:
        why = "A disputed figure, or one whose unit is open, must say what is open."
        yield FileProblem(file, f"{at}.note", "missing", why, "Add note = { en = , nl = }.")
    if "note" in full and not _is_bilingual(full["note"]):
        yield _needs_both(file, f"{at}.note")


def _shape_problems(row: Table, file: str, at: str) -> Iterator[FileProblem]:
    for name in _NUMBERS:
        if name in row and not is_number(row[name]):
            why = "It must be a finite number."
            yield FileProblem(file, f"{at}.{name}", repr(row[name]), why, "Write it as 0.50.")
    for name in _WHOLE_NUMBERS:
        if name in row and not _is_count(row[name]):
            why = "It must be a whole number, 0 or more."
            yield FileProblem(file, f"{at}.{name}", repr(row[name]), why, "Write it as printed.")
    for name in _FLAGS:
        if name in row and not isinstance(row[name], bool):
            why = "It is yes or no."
            yield FileProblem(file, f"{at}.{name}", repr(row[name]), why, "Write true or false.")


def _number_problems(full: Table, file: str, at: str) -> Iterator[FileProblem]:
    def problem(name: str, why: str, remedy: str) -> FileProblem:
        return FileProblem(file, f"{at}.{name}", repr(full.get(name, "missing")), why, remedy)

    counted = "count" in full and "n" in full
    fraction = full.get("statistic") in terms.FRACTIONS
    known = {"value", "count", "low"} & set(full) or full.get("not_reached")
    if not known:
        yield problem("value", "There is nothing to show.", "Give value, count or not_reached.")
    if "value" in full and full.get("not_reached"):
        yield problem("not_reached", "It has a value.", "Keep one of the two.")
    if full.get("statistic") == "count" and "count" not in full:
        yield problem("count", "A number of children is a count.", "Write count = 9.")
    if fraction and "value" not in full and not counted:
        yield problem("value", "A proportion needs it.", "Give value, or count and n.")
    if "at_days" in full and "at_months" in full:
        yield problem("at_days", "The source printed one of the two.", "Keep what it printed.")
    if counted and full["count"] > full["n"]:
        yield problem("count", f"It is above n = {full['n']}.", "Check both in the source.")
    for low, high in _INTERVALS:
        yield from _interval_problems(full, low, high, fraction, problem)
    if ("derived_low" in full) != ("derived_method" in full):
        yield problem("derived_method", "A reckoned interval says how.", "Name the method.")
    if full.get("statistic") in terms.MEASURED and "measured_in" not in full:
        yield problem("measured_in", "The number has no unit.", 'Write it, such as "cells/kg".')
    if fraction and "value" in full and not 0 <= full["value"] <= 1:
        yield problem("value", "A probability lies between 0 and 1.", "Write 0.50 for 50%.")


def _interval_problems(
    full: Table, low: str, high: str, fraction: bool, problem: Any
) -> Iterator[FileProblem]:
    open_above = high == "high" and full.get("high_not_reached")
    if (low in full) != (high in full) and not open_above:
        yield problem(
            high, "Half an interval misleads.", "Give both, none, or high_not_reached = true."
        )
    ends = [full[name] for name in (low, "value", high) if name in full]
    if ends != sorted(ends):
        yield problem(low, "It does not hold that low <= value <= high.", "Check the source.")
    if fraction and any(not 0 <= end <= 1 for end in ends):
        yield problem(low, "A probability lies between 0 and 1.", "Write 0.50 for 50%.")


def _example_problems(raw: Table, file: str) -> Iterator[FileProblem]:
    for position, row in enumerate(raw.get("example", ()), start=1):
        at = f"example {position}"
        ask, expect = row.get("ask"), row.get("expect")
        if not isinstance(ask, Mapping) or not isinstance(expect, Mapping) or not expect:
            why = "An example asks one thing and says what must come back."
            remedy = 'Write ask = { key = "efs", at_days = 365 } and expect = { value = 0.50 }.'
            yield FileProblem(file, at, "incomplete", why, remedy)
            continue
        yield from _unknown(ask, ASK_KEYS, file, f"{at}.ask")
        yield from _unknown(expect, EXPECT_KEYS, file, f"{at}.expect")
        if ask.get("key") not in terms.OUTCOMES:
            yield _not_a_word(file, f"{at}.ask.key", ask.get("key"), terms.OUTCOMES)
