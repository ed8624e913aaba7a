# SPDX-License-Identifier: Apache-2.0
"""Targets from their files, each read whole and refused with all its faults and lines.

A target names a figure of a benchmark by its key, day, definition and so on; its value, n and
interval are read there.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.benchmark_terms import OUTCOMES
from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.files import file_stamp
from cartulary.codebook.published_cohort import DAY_TOLERANCE, Benchmark, PublishedEstimate
from cartulary.codebook.scale_reader import scale_named
from cartulary.codebook.target import (
    GROUPS,
    MEASURES,
    Measure,
    ObservedInterval,
    Target,
    TargetFile,
    TargetScale,
    TargetUse,
)
from cartulary.codebook.target_words import words_of
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.errors import CodebookError

_FOLDER: Final = "targets"
#: What picks one figure out of a benchmark.
_PICKS: Final = ("key", "at_days", "at_months", "definition", "population", "subgroup", "scale",
                 "statistic", "support")  # fmt: skip
_SPREADS: Final = ("geometric_cv", "log_sd")
_TIMED: Final = ("survival", "free_of", "incidence")
_SHARES: Final = ("probability", "proportion", "count")
_LOGS: Final = ("ratio", "hazard_ratio", "median", "median_days", "median_months", "geometric_mean")
#: Of how many children a Kaplan-Meier share says as much as a plain share does, where only n is
#: printed: the middle of what the printed intervals of ELIANA imply at 12 to 36 months (0.57 to
#: 0.73 of n) and the one of CIBMTR at 12 months (0.5). Many were not followed that far.
INFORMATION_OF_A_CURVE: Final = 0.6
#: The standard error of a median of normal values is so much larger than that of their mean.
_MEDIAN_FACTOR: Final = math.sqrt(math.pi / 2.0)


def target_files() -> Mapping[str, TargetFile]:
    """Every file of targets by its id: the package's, then those of the centre.

    >>> "eliana" in target_files()
    True
    """
    return _files(file_stamp(_FOLDER), file_stamp("benchmarks"))


def all_targets() -> tuple[Target, ...]:
    """Every target of every file, in order of the files."""
    return tuple(target for file in target_files().values() for target in file.targets)


def target_named(target_id: str) -> Target:
    """The target of this id; refused with the known ids where there is none."""
    found = {target.id: target for target in all_targets()}
    if target_id not in found:
        raise CodebookError(
            f"There is no target {target_id!r}. Targets are those of the files in {_FOLDER}/. "
            f"Known: {', '.join(sorted(found))}."
        )
    return found[target_id]


@lru_cache(maxsize=4)
def _files(
    _stamp: tuple[tuple[str, int], ...], _benchmarks: tuple[tuple[str, int], ...]
) -> Mapping[str, TargetFile]:
    """The files in one state; the stamps only tell states apart."""
    return shelf(_FOLDER, lambda file: [((made := read_targets(file)).file_id, made)])


def read_targets(file: Traversable | Path) -> TargetFile:
    """The targets in one file; refused with every problem of that file, each with its line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodebookError(f"{file.name}: {error.reason}. It must be UTF-8. Save it so.") from None
    return targets_from_text(text, file.name)


def targets_from_text(text: str, file: str) -> TargetFile:
    """The targets that a TOML text holds; `file` is what messages call it."""
    page = page_of_text(text, file)
    file_id = page.text("id")
    defaults = page.page("defaults")
    found = [_target(part, defaults, file_id) for part in page.pages("target")]
    made = TargetFile(
        file_id=file_id,
        edition=page.text("edition"),
        name=page.words("name"),
        summary=page.words("summary"),
        targets=_weighed([target for target in found if target is not None]),
        file=page.file,
    )
    defaults.close()
    page.close()
    for name, times in Counter(target.id for target in made.targets).items():
        if times > 1:
            page.note("target", repr(name), "Two targets bear this name.", "Rename one.")
    if not found:
        page.note("target", "missing", "The file says nothing.", "Write a [[target]].")
    refuse_with_lines(page, text)
    return made


def _weighed(targets: list[Target]) -> tuple[Target, ...]:
    """The targets, each with how many data cuts of one study print the same figure."""
    same = Counter(_figure(target) for target in targets)
    return tuple(replace(target, repeats=same[_figure(target)]) for target in targets)


def _figure(target: Target) -> tuple[object, ...]:
    """What two data cuts of one study have in common where they print the same figure."""
    return (target.study, target.use, target.measure)


def _target(page: Page, defaults: Page, file_id: str) -> Target | None:
    name = page.text("name")
    benchmark, estimate = _estimate(page)
    measure = _measure(page.page("measure"), estimate)
    scenario = page.text("scenario", required=not defaults.has("scenario")) or defaults.text(
        "scenario", required=False
    )
    use = TargetUse(
        page.word("use", tuple(TargetUse), defaults.text("use", required=False) or "fit")
    )
    discrepancy = page.number("discrepancy_sd") or 0.0
    why = page.words("why", required=discrepancy > 0)
    if discrepancy < 0:
        page.wrong("discrepancy_sd", "An error is a number from 0 on.", "Leave it out for none.")
    miss = page.words("miss", required=False)
    given_n = page.number("effective_n")
    spread_of = page.text("spread_of", required=False)
    spread = page.number("spread")
    if spread is not None and spread <= 0:
        page.wrong("spread", "Patients differ by a number above 0.", "Write spread = 0.5, say.")
    made = None
    if benchmark is not None and estimate is not None and measure is not None:
        made = _made(
            page, f"{file_id}.{name}", benchmark, estimate, measure, scenario, use, given_n,
            discrepancy, why, miss, spread_of, spread,
        )  # fmt: skip
    page.close()
    return made


def _made(
    page: Page,
    target_id: str,
    benchmark: Benchmark,
    estimate: PublishedEstimate,
    measure: Measure,
    scenario: str,
    use: TargetUse,
    given_n: float | None,
    discrepancy: float,
    why: Words,
    miss: Words,
    spread_of: str,
    spread: float | None,
) -> Target | None:
    """The target with the value, n and interval of its benchmark, or a note why there is none."""
    scale = _scale(estimate)
    value, n = _value(benchmark, estimate)
    if value is None:
        page.note("estimate", "a figure without a value", "There is nothing to aim at.",
                  "Name one with a value.")  # fmt: skip
        return None
    low, high, interval = _interval(estimate, scale)
    sampling = _sampling(page, benchmark, estimate, measure, spread_of, spread, given_n)
    if sampling is not None:
        low, high, interval = None, None, ObservedInterval.FROM_SPREAD
    if low is None and sampling is None and n is None and given_n is None:
        why_not = "Neither an interval nor n is printed, so nobody knows how much it says."
        page.note("effective_n", "missing", why_not, "Write effective_n, and its reason in why.")
    if (given_n is not None or spread is not None) and why == NO_WORDS:
        page.note("why", "missing", "A number that is not printed has a reason.",
                  "Write it in why.")  # fmt: skip
    if given_n is not None:
        low, high = None, None
        interval = ObservedInterval.FROM_N if sampling is None else interval
    elif low is None and n is not None and estimate.statistic == "probability":
        given_n = INFORMATION_OF_A_CURVE * n
    return Target(
        id=target_id,
        study=benchmark.study,
        scenario=scenario,
        words=words_of(benchmark, estimate, measure),
        value=value,
        low=low,
        high=high,
        interval=interval,
        n=n,
        given_effective_n=given_n,
        scale=scale,
        use=use,
        discrepancy_sd=discrepancy,
        repeats=1,
        given_sampling_sd=sampling,
        measure=measure,
        estimate=estimate,
        why=why,
        miss=miss,
        file=page.file,
    )


def _estimate(page: Page) -> tuple[Benchmark | None, PublishedEstimate | None]:
    """The benchmark and the one figure of it that the table picks."""
    known = benchmarks()
    name = page.word("benchmark", known)
    picks = page.page("estimate")
    asked = {key: picks.any(key) for key in _PICKS if picks.has(key)}
    picks.word("key", OUTCOMES)
    picks.close()
    if name not in known or asked.get("key") not in OUTCOMES:
        return None, None
    cohort = known[name]
    rows = [row for row in cohort.estimates if _picked(row, asked)]
    if len(rows) == 1:
        return cohort, rows[0]
    held = "; ".join(_told(row) for row in cohort.estimates if row.key == asked["key"]) or "none"
    page.note(
        "estimate",
        f"{len(rows)} figures of {name} fit",
        "A target is one figure.",
        f"Those of this key: {held}. Add what tells them apart.",
    )
    return cohort, None


def _picked(row: PublishedEstimate, asked: Mapping[str, Any]) -> bool:
    """Whether a figure is the one that is asked for; a day or month not named must be absent."""
    for key, wanted in asked.items():
        if key in ("at_days", "at_months"):
            continue
        if getattr(row, key) != wanted:
            return False
    if "subgroup" not in asked and row.subgroup is not None:
        return False
    if "at_months" in asked:
        return row.at_months == float(asked["at_months"])
    if "at_days" in asked:
        return row.at_days is not None and abs(row.at_days - asked["at_days"]) <= DAY_TOLERANCE
    return row.at_days is None or row.statistic not in ("probability",)


def _told(row: PublishedEstimate) -> str:
    """One figure in the words of the file."""
    at = f" at_months {row.at_months:g}" if row.at_months is not None else ""
    part = f" subgroup {row.subgroup}" if row.subgroup else ""
    return f"{row.statistic} {row.value}{at} {row.definition} {row.population}{part} {row.support}"


def _measure(page: Page, estimate: PublishedEstimate | None) -> Measure | None:
    """The [target.measure] table."""
    noted = len(page.problems)
    kind = page.word("kind", MEASURES)
    endpoint, scale = page.text("endpoint", required=False), page.text("scale", required=False)
    if endpoint and endpoint not in endpoints():
        page.wrong("endpoint", "It is no endpoint of the codebook.", "Give its full id.")
    if scale:
        try:
            scale_named(scale)
        except CodebookError:
            page.wrong("scale", "It is no scale of the codebook.", "Give its id.")
    at_days = page.whole("at_days", required=False)
    if at_days is None and estimate is not None:
        at_days = estimate.at_days
    if kind in _TIMED and at_days is None and estimate is not None:
        page.wrong("at_days", "A curve is read on a day.", "Write at_days = 365, say.")
    if kind in (*_TIMED, "response") and not endpoint:
        page.wrong("endpoint", "A figure over time is that of an endpoint.", "Give its full id.")
    among = page.text("among", required=False)
    if among and among not in GROUPS:
        page.wrong("among", "No such part of a cohort is known.", f"Known: {', '.join(GROUPS)}.")
    made = Measure(
        kind=kind,
        endpoint=endpoint,
        at_days=at_days if kind in _TIMED else None,
        cause=page.texts("cause"),
        scale=scale,
        grade_from=page.whole_or("grade_from", 1),
        of=page.text("of", required=False),
        among=among,
        limit=page.number("limit"),
    )
    page.close()
    return made if len(page.problems) == noted else None


def _scale(estimate: PublishedEstimate) -> TargetScale:
    if estimate.statistic in _SHARES:
        return TargetScale.LOGIT
    return TargetScale.LOG if estimate.statistic in _LOGS else TargetScale.LINEAR


def _value(cohort: Benchmark, row: PublishedEstimate) -> tuple[float | None, int | None]:
    """The figure and of how many patients it is; a bare count is a share of the infused."""
    if row.statistic == "count" and row.count is not None:
        n = cohort.n_infused
        return (row.count / n if n else None), n
    if row.statistic == "geometric_cv" and row.value is not None:
        return math.sqrt(math.log1p((row.value / 100.0) ** 2)), row.n
    return row.value, row.n


def _interval(
    row: PublishedEstimate, scale: TargetScale
) -> tuple[float | None, float | None, ObservedInterval]:
    """The best supported 95% interval of a figure; none where only n is known."""
    pairs = (
        (ObservedInterval.PRINTED, row.low, row.high, row.interval == "confidence_95"),
        (ObservedInterval.DERIVED, row.derived_low, row.derived_high, True),
        (ObservedInterval.UNCONFIRMED, row.unconfirmed_low, row.unconfirmed_high, True),
    )
    for where, low, high, is_confidence in pairs:
        if low is not None and high is not None and is_confidence:
            at_edge = scale is TargetScale.LOGIT and (low <= 0.0 or high >= 1.0)
            return (None, None, where) if at_edge else (low, high, where)
    return None, None, ObservedInterval.FROM_N


def _sampling(
    page: Page,
    cohort: Benchmark,
    row: PublishedEstimate,
    measure: Measure,
    spread_of: str,
    given_spread: float | None,
    given_n: float | None,
) -> float | None:
    """The error of a figure that is no share, from printed geometric CVs and numbers.

    Of a ratio of two geometric means `sqrt(s1^2 / n1 + s2^2 / n2)`, of a median
    `s sqrt(pi / 2) / sqrt(n)`, of a spread itself `s / sqrt(2 (n - 1))`, with s the log-SD.
    """
    if measure.kind == "expansion_spread":
        value, n = _value(cohort, row)
        count = given_n or n
        return value / math.sqrt(2.0 * (count - 1.0)) if value and count and count > 1 else None
    if given_spread is not None and row.n:
        return _MEDIAN_FACTOR * given_spread / math.sqrt(given_n or row.n)
    if not spread_of:
        return None
    where, _, key = spread_of.rpartition(":")
    holder = benchmarks().get(where or cohort.id, cohort)
    spreads = [one for one in holder.estimates if one.key == key and one.value is not None]
    if not spreads or spreads[0].statistic not in _SPREADS:
        page.note("spread_of", repr(spread_of), f"{holder.id} holds no such spread.",
                  "Name the key of a geometric CV or a log-SD, as in benchmark:key.")  # fmt: skip
        return None
    if measure.kind == "expansion_ratio":
        # Of the two sources of such spreads the first alone is read: one for each side.
        spreads = spreads[:2]
    parts = [(value, one.n) for one in spreads if (value := _value(cohort, one)[0]) is not None]
    if measure.kind == "expansion_ratio":
        return math.sqrt(sum(spread**2 / n for spread, n in parts if n))
    spread = parts[0][0]
    count = given_n or row.n or spreads[0].n
    return _MEDIAN_FACTOR * spread / math.sqrt(count) if count else None
