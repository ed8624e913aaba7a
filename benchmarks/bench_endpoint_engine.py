# SPDX-License-Identifier: Apache-2.0
"""How fast an endpoint is evaluated on many courses, against the plain interpreter and by hand.

    python benchmarks/bench_endpoint_engine.py --children 1000000

Builds the cohort as columns, then times one endpoint three ways: the columnar interpreter, the
plain one on a sample (its time for one course is multiplied), and a Polars query written by hand
for that one endpoint, which is checked to give the same days and statuses.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import polars as pl

from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort

T = TypeVar("T")
ENDPOINT = "efs.hypothetical.infusion"
TARGET_OVER_PLAIN = 50.0
TARGET_OVER_BY_HAND = 3.0
TARGET_GIB = 4.0


def build(children: int, seed: int) -> Cohort:
    """A cohort of generated children as columns, no Python object a child."""
    draw = np.random.default_rng(seed)
    everyone = np.arange(children, dtype=np.uint32)
    infused = draw.random(children) < 0.85
    infusion_day = draw.integers(25, 70, children).astype(np.int32)

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(infused & (draw.random(children) < share)).astype(np.uint32)

    def after(rows: np.ndarray, low: int, high: int) -> np.ndarray:
        return infusion_day[rows] + draw.integers(low, high, rows.size).astype(np.int32)

    def pick(rows: np.ndarray, codes: list[str], shares: list[float]) -> pl.Series:
        chosen = draw.choice(len(codes), rows.size, p=shares).astype(np.uint32)
        return pl.Series(codes).gather(chosen)

    first, again = some(1.0), some(0.08)
    looked, later = some(0.95), some(0.7)
    relapsed, grafted, treated = some(0.4), some(0.2), some(0.2)
    died = np.flatnonzero(draw.random(children) < 0.25).astype(np.uint32)
    assessed = np.concatenate((looked, later))
    return Cohort(
        pl.DataFrame(
            {
                "course_id": pl.Series(everyone).cast(pl.String),
                "origin": pl.repeat("simulated", children, eager=True),
            }
        ),
        {
            "infusion": pl.DataFrame(
                {
                    "child": np.concatenate((first, again)),
                    "day": np.concatenate((infusion_day[first], after(again, 60, 400))),
                }
            ).sort("child", "day"),
            "assessment": pl.DataFrame(
                {
                    "child": assessed,
                    "day": np.concatenate((after(looked, 24, 36), after(later, 80, 110))),
                    "response": pick(assessed, ["CR", "CRi", "NR", "NE"], [0.55, 0.25, 0.15, 0.05]),
                }
            ).sort("child", "day"),
            "relapse": pl.DataFrame(
                {
                    "child": relapsed,
                    "day": after(relapsed, 40, 1500),
                    "level": pick(relapsed, ["morphological", "molecular"], [0.85, 0.15]),
                }
            ),
            "transplant": pl.DataFrame({"child": grafted, "day": after(grafted, 60, 300)}),
            "new_therapy": pl.DataFrame({"child": treated, "day": after(treated, 30, 1500)}),
            "death": pl.DataFrame(
                {"child": died, "day": infusion_day[died] + draw.integers(1, 2000, died.size)}
            ),
            "last_contact": pl.DataFrame(
                {"child": everyone, "day": infusion_day + draw.integers(1, 3000, children)}
            ),
        },
    )


def by_hand(cohort: Cohort) -> pl.DataFrame:
    """The same endpoint as somebody would write it in Polars for this one question."""
    events = {kind: cohort.events[kind].lazy() for kind in cohort.events}

    def first(rows: pl.LazyFrame, name: str) -> pl.LazyFrame:
        return rows.group_by("child").agg(pl.col("day").min().alias(name))

    infusion = first(events["infusion"].select("child", "day"), "start")

    def since(kind: str, name: str, keep: pl.Expr, lowest: int = 0) -> pl.LazyFrame:
        rows = events[kind].filter(keep).join(infusion, on="child")
        return first(rows.filter(pl.col("day") >= pl.col("start") + lowest), name)

    level = pl.col("level").is_null() | (pl.col("level") == "morphological")
    anything = pl.lit(value=True)
    good = pl.col("response").is_in(["CR", "CRi"])
    assessed = events["assessment"].join(infusion, on="child")
    failed = assessed.filter(
        (pl.col("response") == "NR")
        & pl.col("day").is_between(pl.col("start") + 21, pl.col("start") + 42)
    )
    wide = infusion
    for part in (
        since("assessment", "remission", good, 1),
        first(failed, "no_response"),
        since("relapse", "relapse", level),
        since("death", "death", anything),
        since("infusion", "second_infusion", anything, 1),
        since("transplant", "transplant", anything),
        since("transplant", "transplant_after", anything, 1),
        since("new_therapy", "new_therapy", anything),
        since("new_therapy", "new_therapy_after", anything, 1),
        events["last_contact"].group_by("child").agg(pl.col("day").max().alias("contact")),
        events["death"].group_by("child").agg(pl.col("day").max().alias("died")),
    ):
        wide = wide.join(part, on="child", how="left")
    stop = pl.min_horizontal("second_infusion", "transplant_after", "new_therapy_after")
    in_remission = (pl.col("remission") <= stop.fill_null(2**30)) & (
        pl.col("remission") <= pl.col("start") + 42
    )
    event = pl.min_horizontal(
        pl.when(~in_remission.fill_null(value=False)).then(pl.col("no_response")),
        "relapse",
        "death",
    )
    censor = pl.min_horizontal("second_infusion", "transplant", "new_therapy")
    end = pl.max_horizontal("contact", "died")
    happened = (event <= censor.fill_null(2**30)).fill_null(value=False)
    last = pl.when(happened).then(event).otherwise(pl.coalesce(censor, end))
    return wide.select("child", exit=last - pl.col("start"), event=happened).sort("child").collect()


def timed(work: Callable[[], T], rounds: int) -> tuple[float, T]:
    """The best time of some rounds, in seconds, and what came out."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - began)
    return best, made


def peak_gib() -> float:
    """The highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    """Build, time, compare, print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--children", type=int, default=1_000_000)
    options.add_argument("--sample", type=int, default=2_000, help="courses for the plain one")
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()

    cohort = build(chosen.children, chosen.seed)
    built = peak_gib()
    asked = endpoint(ENDPOINT)
    columnar, found = timed(lambda: outcomes(cohort, asked), chosen.rounds)
    after_columnar = peak_gib()
    hand, query = timed(lambda: by_hand(cohort), chosen.rounds)

    judged = found.filter(pl.col("exit").is_not_null())
    event = ~judged["status"].cast(pl.String).is_in(["censored"])
    assert judged["child"].equals(query["child"])
    assert judged["exit"].equals(query["exit"].cast(pl.Int32))
    assert event.equals(query["event"].alias("status"))

    few = cohort.select(np.arange(chosen.children) < chosen.sample)
    courses = list(few.courses())
    plain, said = timed(lambda: [outcome(course, asked) for course in courses], 1)
    assert [o.status for o in said] == found["status"].head(len(courses)).to_list()
    assert [o.exit for o in said] == found["exit"].head(len(courses)).to_list()

    over_plain = (plain / len(courses)) / (columnar / chosen.children)
    over_hand = columnar / hand
    print(f"{ENDPOINT}, {chosen.children:,} children")
    print(f"columnar     {columnar:8.3f} s   {1e9 * columnar / chosen.children:8.0f} ns a course")
    print(f"by hand      {hand:8.3f} s   {1e9 * hand / chosen.children:8.0f} ns a course")
    print(f"plain        {'':10}   {1e9 * plain / len(courses):8.0f} ns a course")
    print(f"plain / columnar   {over_plain:6.0f}   (wanted: at least {TARGET_OVER_PLAIN:.0f})")
    print(f"columnar / by hand {over_hand:6.2f}   (wanted: at most {TARGET_OVER_BY_HAND:.0f})")
    print(
        f"peak memory  {built:.2f} GiB built, {after_columnar:.2f} GiB after (wanted: under "
        f"{TARGET_GIB:.0f})"
    )


if __name__ == "__main__":
    main()
