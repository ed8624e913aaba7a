# SPDX-License-Identifier: Apache-2.0
"""Every number of the report as one record with a stable id, for report.json."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.evidence import Estimate, MedianRange
from cartulary.reports.content import Count, Figure
from cartulary.reports.programme_report.baseline import ages, baseline_table
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.teller import Teller, events_key
from cartulary.studies.programme import RELAPSE_CLASSES

COUNTING = "count"


def all_figures(tell: Teller) -> tuple[Figure, ...]:
    """The figures in the order of the report; an id stands for one number only.

    A count of one kind among all has value k/n where it is a share of a named whole, and no
    value where it is a plain number of things.
    """
    found: list[Figure] = []
    for part in (_flow, _baseline, _response, _survival, _relapse, _toxicity, _given, _rest):
        found += part(tell)
    return tuple(found)


def _flow(tell: Teller) -> Iterator[Figure]:
    total = tell.count("flow.indication")
    yield _count(tell, "flow.indication", "child")
    yield _count(tell, "flow.aphereses", "apheresis")
    yield _estimate(tell, "flow.infused", tell.figures.infused_share)
    yield _count(tell, "flow.infusions", "infusion")
    yield _share(tell, "flow.reinfused", "child", tell.count("flow.infused"))
    for key in tell.counts:
        known = ("flow.indication", "flow.aphereses", "flow.infused", "flow.infusions")
        if not key.startswith("flow.") or key.endswith(".n") or key in known:
            continue
        if key != "flow.reinfused":
            late = key.startswith(("flow.day_28", "flow.one_year"))
            yield _share(tell, key, "child", tell.count("flow.infused") if late else total)


def _baseline(tell: Teller) -> Iterator[Figure]:
    treated = [child for child in tell.figures.children if child.was_infused]
    found = ages(tell.figures.children, tell.figures.origin)
    yield _median(tell, "baseline.age_years", found, "flow.indication")
    if treated:
        among = ages(treated, tell.figures.origin)
        yield _median(tell, "baseline.age_years.infused", among, "flow.infused")
    for row in baseline_table(tell).rows:
        for cell in row.cells:
            if isinstance(cell, Count):
                whole = "flow.infused" if cell.key.endswith(".infused") else "flow.indication"
                yield _share(tell, cell.key, "child", tell.count(whole), cell)


def _response(tell: Teller) -> Iterator[Figure]:
    for figure in tell.figures.response:
        yield _estimate(tell, figure.endpoint_id, figure.estimate)


def _survival(tell: Teller) -> Iterator[Figure]:
    for endpoint_id, figure in tell.figures.survival.items():
        for estimate in figure.at.values():
            yield _estimate(
                tell, f"{endpoint_id}.at_{estimate.at_days:g}", estimate, counted_as=endpoint_id
            )
        yield _estimate(tell, f"{endpoint_id}.median", figure.median, counted_as=endpoint_id)
    for endpoint_id, incidence in tell.figures.incidence.items():
        for (cause, _), estimate in incidence.at.items():
            key = f"{endpoint_id}.{cause}"
            yield _estimate(
                tell,
                f"{key}.at_{estimate.at_days:g}",
                estimate,
                counted_as=key,
                n_key=f"{endpoint_id}.n",
            )


def _relapse(tell: Teller) -> Iterator[Figure]:
    infused = tell.count("flow.infused")
    for name in ("any", *RELAPSE_CLASSES):
        yield _share(tell, f"relapse.{name}", "child", infused)
    for figure in tell.figures.relapses:
        key = f"relapse.{figure.relapse_class}"
        if figure.days is not None:
            yield _median(tell, f"{key}.days_after_infusion", figure.days, key)
        for what in ("aplasia_ongoing", "aplasia_lost", "aplasia_unknown"):
            yield _share(tell, f"{key}.{what}", "child", tell.count(key))


def _toxicity(tell: Teller) -> Iterator[Figure]:
    for figure in tell.figures.toxicity:
        name = toxicity_key(figure.kind, figure.at_least)
        for unit, estimate in (("infusion", figure.by_infusion), ("child", figure.by_child)):
            if estimate is not None:
                yield _estimate(tell, f"{name}.{unit}", estimate, scale=", ".join(figure.scales))
    for grades in tell.figures.grades:
        if not sum(grades.grades):
            continue
        for grade in range(6):
            key = f"{grades.kind}.grade.{grade}"
            yield _share(tell, key, "infusion", tell.count("flow.infusions"))
        yield _share(tell, f"{grades.kind}.not_judged", "infusion", tell.count("flow.infusions"))
        for what, days in (("onset", grades.onset_days), ("duration", grades.duration_days)):
            if days is not None:
                yield _median(tell, f"{grades.kind}.{what}_days", days, "")


def _given(tell: Teller) -> Iterator[Figure]:
    infused = tell.count("flow.infused")
    for drug in tell.figures.treatments:
        key = f"treatment.{drug.drug}"
        yield _share(tell, key, "child", infused)
        for reason, number in drug.given_for.items():
            counted = Count(number, f"{key}.{reason}")
            yield _share(tell, counted.key, "child", tell.count(key), counted)
    yield _share(tell, "infection.any", "child", infused)
    for key in tell.counts:
        if key.startswith("infection.") and key != "infection.any":
            yield _share(tell, key, "child", infused)


def _rest(tell: Teller) -> Iterator[Figure]:
    transplant = tell.figures.transplant
    if transplant is not None:
        yield _estimate(tell, "transplant.any", transplant.any_reason)
        for reason in ("consolidation", "relapse", "other", "not_recorded"):
            yield _share(tell, f"transplant.{reason}", "child", tell.count("transplant.any.n"))
        if transplant.days is not None:
            yield _median(tell, "transplant.days_after_infusion", transplant.days, "transplant.any")
    for name, strata in (
        ("bridging", tell.figures.by_bridging),
        ("burden", tell.figures.by_burden),
    ):
        for stratum in strata:
            key = f"{name}.{stratum.stratum}"
            yield _share(tell, key, "child", tell.count("flow.infused"))
            yield _share(tell, f"{key}.relapse", "child", tell.count(key))
            yield _share(tell, f"{key}.crs", "child", tell.count(f"{key}.crs.n"))
            if stratum.response is not None:
                yield _estimate(tell, f"{key}.response", stratum.response)
            if stratum.efs is not None:
                for estimate in stratum.efs.at.values():
                    yield _estimate(
                        tell, f"{key}.efs.at_{estimate.at_days:g}", estimate,
                        counted_as=f"{key}.efs",
                    )  # fmt: skip
    for timing in tell.figures.timing:
        yield _median(tell, f"timing.{timing.step}", timing.days, "")
    found = tell.figures.follow_up
    if found is not None:
        for what in ("year_or_event", "lost", "no_last_contact"):
            yield _share(tell, f"follow_up.{what}", "child", tell.count("flow.infused"))
        if found.median_days is not None:
            yield _estimate(
                tell, "follow_up.median", found.median_days, counted_as="follow_up.median"
            )


def _count(tell: Teller, key: str, unit: str) -> Figure:
    """So many of something, a part of nothing."""
    count = tell.count(key)
    return Figure(
        key, "", "", unit, count.value, None, None, float(count.value), None, None, COUNTING,
        tell.figures.origin, rests_on=(count,),
    )  # fmt: skip


def _share(tell: Teller, key: str, unit: str, whole: Count, counted: Count | None = None) -> Figure:
    """So many of a whole, described without an interval."""
    count = counted or tell.count(key)
    value = count.value / whole.value if whole.value else None
    return Figure(
        key, "", "", unit, whole.value, count.value, None, value, None, None,
        "share, descriptive", tell.figures.origin, rests_on=(count, whole),
    )  # fmt: skip


def _estimate(
    tell: Teller,
    name: str,
    estimate: Estimate,
    *,
    counted_as: str = "",
    n_key: str = "",
    scale: str = "",
) -> Figure:
    """An estimate with everything it carries."""
    key = counted_as or name
    rests = [Count(estimate.n, n_key or f"{key}.n")]
    if estimate.events is not None:
        rests.insert(0, Count(estimate.events, events_key(estimate, key)))
    more: dict[str, str | int | float | bool | None] = {}
    if estimate.at_risk is not None:
        more["at_risk"] = estimate.at_risk
    if estimate.clusters is not None:
        more["children"] = estimate.clusters
    if estimate.notes:
        more["notes"] = "; ".join(estimate.notes)
    if scale:
        more["scale"] = scale
    return Figure(
        id=name,
        endpoint=estimate.endpoint,
        definition=estimate.definition,
        unit=estimate.unit,
        n=estimate.n,
        events=estimate.events,
        at_days=estimate.at_days,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        method=estimate.method,
        origin=estimate.origin,
        missing=estimate.missing,
        rests_on=tuple(rests),
        more=tuple(more.items()),
    )


def _median(tell: Teller, name: str, found: MedianRange, key: str) -> Figure:
    """A median; the limits are the extremes, and the method says so."""
    known = Count(found.n, f"{name}.n")
    rests = (known, tell.count(key)) if key in tell.counts else (known,)
    return Figure(
        id=name,
        endpoint="",
        definition=found.quantity,
        unit=found.unit,
        n=found.n,
        events=None,
        at_days=None,
        value=found.median,
        low=found.smallest,
        high=found.largest,
        method="median; low and high are the extremes",
        origin=found.origin,
        missing=found.missing,
        rests_on=rests,
        more=(
            ("lower_quartile", found.lower_quartile),
            ("upper_quartile", found.upper_quartile),
        ),
    )
