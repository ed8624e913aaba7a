# SPDX-License-Identifier: Apache-2.0
"""What adds up to what, and what lies within what: all that a reader could subtract.

Disclosure control can protect a small count only against the relations it is told of. No table
shows these; they follow from what the counts mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from cartulary.evidence import FollowUp, MedianRange
from cartulary.reports.content import Count, Sum
from cartulary.reports.programme_report.baseline import ages, baseline_table
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.event_free import MAIN
from cartulary.reports.programme_report.relapse import INCIDENCE
from cartulary.reports.programme_report.response import DAY_28
from cartulary.reports.programme_report.teller import Teller, events_key
from cartulary.studies.flow import PLACES
from cartulary.studies.programme import EFS_VARIANTS, RELAPSE_CLASSES

INFUSED = "flow.infused"
INDICATION = "flow.indication"
#: where a clock starts -> whom it starts for
STARTS = {"infusion": INFUSED, "indication": INDICATION, "apheresis": "flow.apheresis"}
Pair = tuple[Count, Count]
Whole = tuple[Count, list[Count]]


def spine(tell: Teller) -> tuple[Count, ...]:
    """The counts that nearly every figure rests on."""
    return (tell.count(INDICATION), tell.count(INFUSED))


def sums(tell: Teller) -> tuple[Sum, ...]:
    """Totals with their parts, where they do add up in these data."""
    found = []
    for parts_of in (_flow, _relapses, _toxicity, _response, _survival, _groups, _given, _medians):
        for total, parts in parts_of(tell):
            if parts != [total] and total.value == sum(part.value for part in parts):
                found.append(Sum(total, tuple(parts)))
    return tuple(found)


def within(tell: Teller) -> tuple[Pair, ...]:
    """Parts with their wholes, where the rest has no name."""
    found = []
    for pairs_of in (_beside, _nested_toxicity, _nested_survival, _nested_groups, _nested_given):
        found += [pair for pair in pairs_of(tell) if pair[0].value <= pair[1].value]
    return tuple(found)


def _counts(tell: Teller, keys: Iterable[str]) -> list[Count]:
    return [tell.count(key) for key in keys]


# --- sums -----------------------------------------------------------------------------------------


def _flow(tell: Teller) -> Iterator[Whole]:
    indication, infused = tell.count(INDICATION), tell.count(INFUSED)
    lost = [
        f"flow.{stage}.{place}"
        for stage in ("indication", "apheresis", "product")
        for place, _ in PLACES[stage]
    ]
    yield indication, [infused, tell.count("flow.never_infused")]
    yield tell.count("flow.never_infused"), _counts(tell, lost)
    yield indication, [Count(indication.value, "flow.infused.n")]
    reasons = ("consolidation", "relapse", "other", "not_recorded")
    yield tell.count("transplant.any"), _counts(tell, [f"transplant.{one}" for one in reasons])
    yield infused, [tell.count("transplant.any.n")]


def _relapses(tell: Teller) -> Iterator[Whole]:
    infused = tell.count(INFUSED)
    yield infused, _counts(tell, ("relapse.any", "relapse.none"))
    yield infused, [tell.count(f"{INCIDENCE}.n")]
    for name in RELAPSE_CLASSES:
        key = f"relapse.{name}"
        whats = ("aplasia_ongoing", "aplasia_lost", "aplasia_unknown")
        yield tell.count(key), _counts(tell, [f"{key}.{what}" for what in whats])
        yield tell.count(key), [tell.count(f"{INCIDENCE}.{name}")]


def _toxicity(tell: Teller) -> Iterator[Whole]:
    of_unit = {"infusion": "flow.infusions", "child": INFUSED}
    graded = {figure.kind for figure in tell.figures.grades}
    for figure in tell.figures.toxicity:
        name = toxicity_key(figure.kind, figure.at_least)
        for unit, estimate in (("infusion", figure.by_infusion), ("child", figure.by_child)):
            if estimate is None:
                continue
            key = f"{name}.{unit}"
            missing = Count(estimate.missing, f"{key}.missing")
            yield tell.count(of_unit[unit]), [tell.count(f"{key}.n"), missing]
            if unit == "infusion" and figure.kind in graded:
                grades = [f"{figure.kind}.grade.{grade}" for grade in range(6)]
                yield tell.count(f"{key}.n"), _counts(tell, grades)
                yield tell.count(key), _counts(tell, grades[max(figure.at_least, 1) :])
                yield missing, [tell.count(f"{figure.kind}.not_judged")]


def _response(tell: Teller) -> Iterator[Whole]:
    for figure in tell.figures.response:
        key = figure.endpoint_id
        missing = Count(figure.estimate.missing, f"{key}.missing")
        yield tell.count(STARTS[key.rsplit(".", 1)[1]]), [tell.count(f"{key}.n"), missing]
        reasons = figure.missing_why.items()
        yield missing, [Count(number, f"{key}.missing.{reason}") for reason, number in reasons]
        if key == DAY_28:
            yield tell.count(key), [tell.count("flow.day_28.remission")]


def _survival(tell: Teller) -> Iterator[Whole]:
    for key, figure in tell.figures.survival.items():
        start = STARTS.get(key.rsplit(".", 1)[1])
        missing = Count(figure.follow_up.missing, f"{key}.missing")
        if start:
            yield tell.count(start), [tell.count(f"{key}.n"), missing]
        else:
            yield from _of_remission(tell, key, figure.follow_up)
    found = tell.figures.follow_up
    if found is not None and found.median_days is not None:
        missing = Count(found.median_days.missing, "follow_up.median.missing")
        yield tell.count(INFUSED), [Count(found.median_days.n, "follow_up.median.n"), missing]
    for key, incidence in tell.figures.incidence.items():
        rows = incidence.follow_up
        if key.endswith(".infusion"):
            missing = Count(rows.missing, f"{key}.missing")
            yield tell.count(INFUSED), [tell.count(f"{key}.n"), missing]
        else:
            yield from _of_remission(tell, key, rows)
        yield (
            Count(rows.events, f"{key}.every_cause"),
            _counts(tell, [f"{key}.{cause}" for cause in rows.cause_names]),
        )


def _of_remission(tell: Teller, key: str, rows: FollowUp) -> Iterator[Whole]:
    """Whoever reached a remission, by whichever count of remissions that is."""
    parts = [tell.count(f"{key}.n"), Count(rows.missing, f"{key}.missing")]
    for response in tell.figures.response:
        yield tell.count(response.endpoint_id), parts
    yield tell.count("flow.day_28.remission"), parts


def _groups(tell: Teller) -> Iterator[Whole]:
    main = tell.figures.survival.get(MAIN)
    for name, strata in (
        ("bridging", tell.figures.by_bridging),
        ("burden", tell.figures.by_burden),
    ):
        keys = [f"{name}.{stratum.stratum}" for stratum in strata]
        yield tell.count(INFUSED), _counts(tell, keys)
        yield tell.count("relapse.any"), _counts(tell, [f"{key}.relapse" for key in keys])
        yield tell.count("crs.any.child"), _counts(tell, [f"{key}.crs" for key in keys])
        yield tell.count("crs.any.child.n"), _counts(tell, [f"{key}.crs.n" for key in keys])
        responses = [(s.stratum, s.response) for s in strata if s.response is not None]
        yield (
            tell.count(DAY_28),
            [Count(e.events or 0, f"{name}.{stratum}.response") for stratum, e in responses],
        )
        yield (
            tell.count(f"{DAY_28}.n"),
            [Count(e.n, f"{name}.{stratum}.response.n") for stratum, e in responses],
        )
        for key in keys:
            baseline = f"baseline.{name}.{key.removeprefix(f'{name}.')}.infused"
            yield tell.count(key), [Count(tell.value(key), baseline)]
        curves = [(s.stratum, s.efs) for s in strata if s.efs is not None]
        for month, whole in main.at.items() if main is not None else ():
            parts = [
                Count(curve.at[month].events or 0, events_key(curve.at[month], f"{name}.{s}.efs"))
                for s, curve in curves
            ]
            yield Count(whole.events or 0, events_key(whole, MAIN)), parts
        for group, estimate in responses:
            key = f"{name}.{group}"
            yield tell.count(key), _known(f"{key}.response", estimate.n, estimate.missing)
        for group, curve in curves:
            key, rows = f"{name}.{group}", curve.follow_up
            yield tell.count(key), _known(f"{key}.efs", rows.n, rows.missing)
        if main is not None:
            yield (
                tell.count(f"{MAIN}.n"),
                [Count(curve.follow_up.n, f"{name}.{s}.efs.n") for s, curve in curves],
            )


def _medians(tell: Teller) -> Iterator[Whole]:
    """A median names how many it has and how many it lacks."""
    stages = (INFUSED, "flow.product", "flow.apheresis", INDICATION)
    for timing in tell.figures.timing:
        for stage in stages:
            yield _known_and_missing(tell.count(stage), f"timing.{timing.step}", timing.days)
    children = tell.figures.children
    treated = [child for child in children if child.was_infused]
    for members, stage, name in (
        (children, INDICATION, "baseline.age_years"),
        (treated, INFUSED, "baseline.age_years.infused"),
    ):
        yield _known_and_missing(tell.count(stage), name, ages(members, tell.figures.origin))
    for relapse in tell.figures.relapses:
        key = f"relapse.{relapse.relapse_class}"
        yield _known_and_missing(tell.count(key), f"{key}.days_after_infusion", relapse.days)
    if tell.figures.transplant is not None:
        days = tell.figures.transplant.days
        yield _known_and_missing(
            tell.count("transplant.any"), "transplant.days_after_infusion", days
        )
    for grades in tell.figures.grades:
        whole = tell.count(f"{toxicity_key(grades.kind, 1)}.infusion")
        for what, days in (("onset", grades.onset_days), ("duration", grades.duration_days)):
            yield _known_and_missing(whole, f"{grades.kind}.{what}_days", days)


def _known_and_missing(whole: Count, name: str, found: MedianRange | None) -> Whole:
    if found is None:
        return whole, [whole]
    return whole, _known(name, found.n, found.missing)


def _known(name: str, n: int, missing: int) -> list[Count]:
    return [Count(n, f"{name}.n"), Count(missing, f"{name}.missing")]


def _given(tell: Teller) -> Iterator[Whole]:
    for drug in tell.figures.treatments:
        key = f"treatment.{drug.drug}"
        yield tell.count(key), [Count(n, f"{key}.{why}") for why, n in drug.given_for.items()]
    agents = [key for key in tell.counts if key.startswith("infection.reactivation.")]
    yield tell.count("infection.reactivation"), _counts(tell, agents)
    kinds = [f"infection.{kind}" for kind in tell.figures.infections.by_organism]
    yield tell.count("infection.any"), _counts(tell, kinds)


# --- parts within wholes --------------------------------------------------------------------------


def _beside(tell: Teller) -> Iterator[Pair]:
    """Children and what was done to them; who was treated of those with a trait."""
    yield tell.count(INFUSED), tell.count("flow.infusions")
    yield tell.count("flow.apheresis"), tell.count("flow.aphereses")
    yield tell.count("flow.apheresis"), tell.count(INDICATION)
    traits = {
        cell.key: cell
        for row in baseline_table(tell).rows
        for cell in row.cells
        if isinstance(cell, Count)
    }
    for key, treated in traits.items():
        if key.endswith(".infused") and key.removesuffix(".infused") in traits:
            yield treated, traits[key.removesuffix(".infused")]
    for timing in tell.figures.timing:
        start = INDICATION if timing.step == "indication_to_apheresis" else INFUSED
        yield Count(timing.days.n, f"timing.{timing.step}.n"), tell.count(start)


def _nested_toxicity(tell: Teller) -> Iterator[Pair]:
    by_kind: dict[str, list[int]] = {}
    for figure in tell.figures.toxicity:
        name = toxicity_key(figure.kind, figure.at_least)
        by_kind.setdefault(figure.kind, []).append(figure.at_least)
        for what in ("", ".n"):
            yield tell.count(f"{name}.child{what}"), tell.count(f"{name}.infusion{what}")
    for kind, levels in by_kind.items():
        for lower, higher in pairwise(sorted(levels)):
            for unit in ("infusion", "child"):
                yield (
                    tell.count(f"{toxicity_key(kind, higher)}.{unit}"),
                    tell.count(f"{toxicity_key(kind, lower)}.{unit}"),
                )


def _nested_survival(tell: Teller) -> Iterator[Pair]:
    """Definitions that judge the same children: a reader subtracts their events."""
    chains: list[Sequence[str]] = [
        [key for key in EFS_VARIANTS if key.endswith(".infusion")],
        [key for key in EFS_VARIANTS if key.startswith("efs.hypothetical.")],
        ["rfs.hypothetical.remission", MAIN],
        ["rfs.hypothetical.remission", "rfs.treatment_policy.remission"],
        ["os.infusion", "os.indication"],
        ["os.infusion", "efs.treatment_policy.infusion"],
    ]
    found = tell.figures.survival
    for chain in chains:
        known = [key for key in chain if key in found]
        yield from pairwise(sorted(_counts(tell, known), key=lambda c: (c.value, c.key)))
        for month in found[known[0]].at if known else ():
            by_then = [
                Count(one.events, events_key(one, key))
                for key in known
                if (one := found[key].at.get(month)) is not None and one.events is not None
            ]
            yield from pairwise(sorted(by_then, key=lambda c: (c.value, c.key)))
    deaths = tell.count(f"{INCIDENCE}.death_without_relapse")
    yield deaths, tell.count("os.infusion")


def _nested_groups(tell: Teller) -> Iterator[Pair]:
    for name, strata in (
        ("bridging", tell.figures.by_bridging),
        ("burden", tell.figures.by_burden),
    ):
        for stratum in strata:
            key = f"{name}.{stratum.stratum}"
            yield tell.count(f"{key}.crs.n"), tell.count(key)
            if stratum.response is not None:
                yield Count(stratum.response.n, f"{key}.response.n"), tell.count(key)
            if stratum.efs is not None:
                yield Count(stratum.efs.follow_up.n, f"{key}.efs.n"), tell.count(key)
    for first, second in pairwise(tell.figures.response):
        pair = (tell.count(first.endpoint_id), tell.count(second.endpoint_id))
        yield (min(pair, key=lambda c: c.value), max(pair, key=lambda c: c.value))


def _nested_given(tell: Teller) -> Iterator[Pair]:
    for key in tell.counts:
        if key.startswith("infection.reactivation."):
            yield tell.count(key), tell.count("infection.reactivation")
        elif key.startswith("infection.") and key != "infection.any":
            yield tell.count(key), tell.count("infection.any")
    for drug in tell.figures.treatments:
        for why, number in drug.given_for.items():
            key = f"treatment.{drug.drug}"
            yield Count(number, f"{key}.{why}"), tell.count(key)
    for figure in tell.figures.relapses:
        if figure.days is not None:
            key = f"relapse.{figure.relapse_class}"
            yield Count(figure.days.n, f"{key}.days_after_infusion.n"), tell.count(key)
