# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a benchmark file: every problem at once, none repaired in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.benchmark_estimate_checks import check_estimates, is_count
from cartulary.codebook.published_cohort import Benchmark
from cartulary.codebook.source import read_source_of_figures
from cartulary.codebook.toml_page import Page

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
#: Facts an estimate may take from the file's [defaults] instead of repeating them.
DEFAULT_KEYS: Final = frozenset(
    {"population", "definition", "scale", "clock", "unit", "sct_rule", "support", "source"}
)
ASK_KEYS: Final = frozenset({"key", "at_days", "definition", "subgroup", "population"})
EXPECT_KEYS: Final = frozenset({"value", "low", "high", "n", "count", "support", "nothing"})


def find_problems(page: Page, stem: str) -> None:
    """Note every problem of one file, whose name without .toml is `stem`."""
    page.close(TOP_KEYS)
    for name, remedy in TOP_REQUIRED.items():
        if not page.raw.get(name):
            why = "A benchmark without it cannot be traced or compared."
            page.note(name, "missing", why, f"Give {remedy}.")
    if page.raw.get("id") and page.raw["id"] != stem:
        why = f"The file is called {stem}.toml, and the id is how it is found."
        page.wrong("id", why, f'Write id = "{stem}".')
    if page.raw.get("unit"):
        page.word("unit", terms.UNITS)
    _check_words(page)
    for name in ("n_infused", "n_enrolled"):
        if page.has(name) and not is_count(page.raw[name]):
            why = "A number of children is a whole number, 0 or more."
            page.wrong(name, why, "Correct it or leave it out.")
    named = dict(sources_of(page))
    for source in named.values():
        read_source_of_figures(source)
    page.page("defaults").close(DEFAULT_KEYS)
    check_estimates(page, named)
    _check_shown_first(page)
    for example in page.pages("example"):
        _check_example(example)


def sources_of(page: Page) -> Iterator[tuple[str, Page]]:
    """The sources of a file by name: [source] first, then [sources.<name>]."""
    if page.raw.get("source"):
        yield "source", page.page("source")
    yield from page.named_pages("sources")


def _check_words(page: Page) -> None:
    """Whatever a reader sees is there in both languages."""
    for name in ("name", "population"):
        page.words(name, required=False)
    for note in page.pages("comparability"):
        note.words()
        note.close()
    for _, subgroup in page.named_pages("subgroups"):
        subgroup.words()
        subgroup.close()


def _check_shown_first(page: Page) -> None:
    held = {row.raw.get("key") for row in page.pages("estimate")}
    for key in page.texts("default_for"):
        if key not in held:
            why = "It is shown first for an outcome that it does not hold."
            page.note("default_for", repr(key), why, "Add the estimate or take it out.")


def _check_example(page: Page) -> None:
    ask: Any = page.raw.get("ask")
    expect: Any = page.raw.get("expect")
    if not isinstance(ask, Mapping) or not isinstance(expect, Mapping) or not expect:
        why = "An example asks one thing and says what must come back."
        remedy = 'Write ask = { key = "efs", at_days = 365 } and expect = { value = 0.50 }.'
        page.note("", "incomplete", why, remedy)
        return
    question = page.page("ask")
    question.word("key", terms.OUTCOMES)
    question.close(ASK_KEYS)
    page.page("expect").close(EXPECT_KEYS)
