# SPDX-License-Identifier: Apache-2.0
"""Published cohorts as data: one TOML file a cohort and data cut, each figure as printed.

A bare percentage cannot be compared. Every figure here keeps its data cut, denominator, unit,
clock, definition, rule for transplant, source, and how well it is supported.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from cartulary.codebook import benchmark_terms as terms
from cartulary.codebook.benchmark_checks import find_problems, sources_of
from cartulary.codebook.benchmark_estimate_checks import DECIMAL_KEYS, ESTIMATE_KEYS, with_defaults
from cartulary.codebook.files import FOLDER_VARIABLE, definition_files, file_stamp
from cartulary.codebook.published_cohort import (
    Benchmark,
    BenchmarkExample,
    PublishedEstimate,
    check_outcome,
)
from cartulary.codebook.source import Source, read_source_of_figures
from cartulary.codebook.toml_page import Page, page_of
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError

DAYS_PER_MONTH: Final = 365.25 / 12
_TOP_AS_WRITTEN: Final = (
    "id",
    "edition",
    "study",
    "cut",
    "product",
    "unit",
    "n_infused",
    "n_enrolled",
    "data_cut_date",
    "median_follow_up_days",
)


def read_benchmark(path: Path | Traversable) -> Benchmark:
    """One published cohort from its TOML file.

    Refuses (CodebookError, with every problem of the file) one that is not TOML or lacks a
    source, unit, edition, comparability note or worked example; that uses words outside
    `benchmark_terms`; or whose numbers contradict each other.
    """
    page = page_of(path, parse_float=Decimal)
    find_problems(page, path.name.removesuffix(".toml"))
    page.refuse()
    benchmark = _build(page)
    failures = example_failures(benchmark)
    if failures:
        raise CodebookError(failures)
    return benchmark


def example_failures(benchmark: Benchmark) -> list[str]:
    """What the worked examples of a file promise and the file does not keep; empty when kept."""
    failures = []
    for position, example in enumerate(benchmark.examples, start=1):
        found = benchmark.estimate(**example.ask)
        expect = dict(example.expect)
        nothing = expect.pop("nothing", False)
        at = f"{benchmark.id}.toml: example {position}"
        if nothing or found is None:
            if not (nothing and found is None):
                what = "nothing" if found is None else f"{found.value} ({found.support})"
                failures.append(
                    f"{at}: {dict(example.ask)} finds {what}. The example says otherwise. "
                    "Correct the example or the estimate."
                )
            continue
        for name, promised in expect.items():
            printed = getattr(found, name)
            same = printed == promised if isinstance(promised, str) else _equal(printed, promised)
            if not same:
                failures.append(
                    f"{at}: {name} is {printed}. The example says {promised}. "
                    "Correct the example or the estimate."
                )
    return failures


def _equal(printed: float | None, promised: int | Decimal) -> bool:
    return printed is not None and printed == float(promised)


def read_benchmark_named(benchmark_id: str) -> Benchmark:
    """A benchmark by its id; CodebookError names the nearest where there is none."""
    shelf = benchmarks()
    if benchmark_id not in shelf:
        raise CodebookError(
            f'No benchmark is called "{benchmark_id}". Only published cohorts with a file can '
            f"be compared. Use one of: {', '.join(shelf)}."
        )
    return shelf[benchmark_id]


class _Shelf(Mapping[str, Benchmark]):
    """Benchmarks by id; a file is read when it is first asked for, and then kept."""

    def __init__(self, found: Sequence[Traversable | Path]) -> None:
        self._files: dict[str, Traversable | Path] = {}
        for file in found:
            name = file.name.removesuffix(".toml")
            if name in self._files:
                raise CodebookError(
                    f"{file.name}: id: {name!r}. Another file has this id already. Give the "
                    f"centre's own benchmark a name of its own; see {FOLDER_VARIABLE}."
                )
            self._files[name] = file
        self._read: dict[str, Benchmark] = {}

    def __getitem__(self, benchmark_id: str) -> Benchmark:
        if benchmark_id not in self._read:
            self._read[benchmark_id] = read_benchmark(self._files[benchmark_id])
        return self._read[benchmark_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, benchmark_id: object) -> bool:
        return benchmark_id in self._files


def benchmarks() -> Mapping[str, Benchmark]:
    """Every benchmark by id: those of the package, then those of the centre's own folder.

    Each file is read when it is first asked for and then kept, until a file of the centre's own
    folder changes. Refuses two files with one id: a figure could not say which it is set beside.

    >>> "eliana_nejm_2018" in benchmarks()
    True
    """
    return _shelf(file_stamp("benchmarks"))


@lru_cache(maxsize=2)
def _shelf(_stamp: tuple[tuple[str, int], ...]) -> Mapping[str, Benchmark]:
    """The benchmarks of one state of the files; the stamp only tells states apart."""
    return _Shelf(definition_files("benchmarks"))


def default_benchmarks(key: str) -> tuple[str, ...]:
    """The ids of the data cuts shown first for an outcome: at most one a study."""
    check_outcome(key)
    return tuple(name for name, cohort in benchmarks().items() if key in cohort.default_for)


def best_estimate(
    benchmark_ids: Sequence[str],
    key: str,
    at_days: int | None = None,
    definition: str | None = None,
) -> PublishedEstimate | None:
    """The figure to show first out of several data cuts, or None where none holds it.

    A cut marked as default for the outcome goes before others, then the better supported
    figure, then the order of `benchmark_ids`. Disputed figures are never chosen. The result
    names its cut in `.benchmark`.

    >>> cuts = ["eliana_jco_2023", "eliana_nejm_2018"]
    >>> best_estimate(cuts, "os", at_days=365).benchmark
    'eliana_nejm_2018'
    """
    ranked = []
    for position, name in enumerate(benchmark_ids):
        cohort = read_benchmark_named(name)
        row = cohort.estimate(key, at_days, definition)
        if row is not None:
            rank = (key not in cohort.default_for, row.support_rank, position)
            ranked.append((rank, row))
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _words(raw: Mapping[str, str]) -> Words:
    return Words(en=raw["en"], nl=raw["nl"])


def _float(value: int | Decimal | None) -> float | None:
    return None if value is None else float(value)


def _decimals(value: int | Decimal | None, fraction: bool) -> int:
    if value is None:
        return 0
    exponent = Decimal(value).as_tuple().exponent
    printed = -exponent if isinstance(exponent, int) else 0
    return max(0, printed - 2 if fraction else printed)


def _estimate(
    raw: Mapping[str, Any], row: Mapping[str, Any], sources: Mapping[str, Source]
) -> PublishedEstimate:
    full = with_defaults(raw, row)
    fraction = full["statistic"] in terms.FRACTIONS
    from_counts = fraction and "value" not in full
    at_months = full.get("at_months")
    at_days = full.get("at_days")
    numbers: dict[str, Any] = {name: _float(full.get(name)) for name in DECIMAL_KEYS}
    handled = {"value", "at_days", "at_months", "note", "source", *DECIMAL_KEYS}
    as_written = {name: full[name] for name in ESTIMATE_KEYS - handled if name in full}
    value = full["count"] / full["n"] if from_counts else _float(full.get("value"))
    if full["statistic"] == "count":
        value = float(full["count"])
    return PublishedEstimate(
        benchmark=raw["id"],
        source=sources[full["source"]],
        value=value,
        value_from_counts=from_counts,
        decimals=_decimals(full.get("value"), fraction),
        at_months=_float(at_months),
        at_days=at_days if at_months is None else round(float(at_months) * DAYS_PER_MONTH),
        note=_words(full["note"]) if "note" in full else None,
        **as_written,
        **numbers,
    )


def _build(page: Page) -> Benchmark:
    raw = page.raw
    sources = {name: read_source_of_figures(part) for name, part in sources_of(page)}
    ages = raw.get("age_range_years")
    return Benchmark(
        name=_words(raw["name"]),
        population=_words(raw["population"]),
        source=sources["source"],
        comparability=tuple(_words(note) for note in raw["comparability"]),
        estimates=tuple(_estimate(raw, row, sources) for row in raw["estimate"]),
        examples=tuple(BenchmarkExample(row["ask"], row["expect"]) for row in raw["example"]),
        subgroups=MappingProxyType(
            {name: _words(table) for name, table in raw.get("subgroups", {}).items()}
        ),
        default_for=tuple(raw.get("default_for", ())),
        median_follow_up_months=_float(raw.get("median_follow_up_months")),
        age_range_years=None if ages is None else (float(ages[0]), float(ages[1])),
        **{name: raw[name] for name in _TOP_AS_WRITTEN if name in raw},
    )
