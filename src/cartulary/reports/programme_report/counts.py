# SPDX-License-Identifier: Apache-2.0
"""Every count of a report under the one name by which tables, sentences and figures know it."""

from __future__ import annotations

import re
import unicodedata

from cartulary.course.absence import is_known
from cartulary.evidence import Estimate
from cartulary.studies.child_summary import is_after
from cartulary.studies.programme import ProgrammeFigures

NOT_RECORDED = "not_recorded"


def named_counts(figures: ProgrammeFigures) -> dict[str, int]:
    """The counts by key; the keys are also the ids of figures in report.json."""
    found: dict[str, int] = {}
    _flow(figures, found)
    for relapse in figures.relapses:
        key = f"relapse.{relapse.relapse_class}"
        found[key] = relapse.children
        found[f"{key}.aplasia_ongoing"] = relapse.aplasia_ongoing
        found[f"{key}.aplasia_lost"] = relapse.aplasia_lost
        found[f"{key}.aplasia_unknown"] = relapse.aplasia_unknown
    found["relapse.any"] = sum(one.children for one in figures.relapses)
    found["relapse.none"] = found["flow.infused"] - found["relapse.any"]
    for toxicity in figures.toxicity:
        name = toxicity_key(toxicity.kind, toxicity.at_least)
        _estimate(found, f"{name}.infusion", toxicity.by_infusion)
        _estimate(found, f"{name}.child", toxicity.by_child)
    for grades in figures.grades:
        for grade, number in enumerate(grades.grades):
            found[f"{grades.kind}.grade.{grade}"] = number
        found[f"{grades.kind}.not_judged"] = grades.not_judged
    for drug in figures.treatments:
        found[f"treatment.{drug.drug}"] = drug.children
    found["infection.any"] = figures.infections.children
    for name, children in infected(figures).items():
        found[name] = len(children)
    if figures.transplant is not None:
        _estimate(found, "transplant.any", figures.transplant.any_reason)
        for reason, number in figures.transplant.by_reason.items():
            found[f"transplant.{reason}"] = number
    for response in figures.response:
        _estimate(found, response.endpoint_id, response.estimate)
    for endpoint_id, curve in figures.survival.items():
        found[endpoint_id] = curve.follow_up.events
        found[f"{endpoint_id}.n"] = curve.follow_up.n
    for endpoint_id, incidence in figures.incidence.items():
        found[f"{endpoint_id}.n"] = incidence.follow_up.n
        for cause in incidence.follow_up.cause_names:
            found[f"{endpoint_id}.{cause}"] = incidence.follow_up.events_of(cause)
    if figures.follow_up is not None:
        found["follow_up.year_or_event"] = figures.follow_up.followed_a_year_or_event
        found["follow_up.lost"] = figures.follow_up.lost
        found["follow_up.no_last_contact"] = figures.follow_up.no_last_contact
    for name, strata in (("bridging", figures.by_bridging), ("burden", figures.by_burden)):
        for stratum in strata:
            found[f"{name}.{stratum.stratum}"] = stratum.children
            found[f"{name}.{stratum.stratum}.relapse"] = stratum.relapses
            found[f"{name}.{stratum.stratum}.crs"] = stratum.crs_children
            found[f"{name}.{stratum.stratum}.crs.n"] = stratum.crs_judged
    return found


def infected(figures: ProgrammeFigures) -> dict[str, set[str]]:
    """The children with an infection after infusion, by kind of organism and by reactivation."""
    found: dict[str, set[str]] = {"infection.reactivation": set()}
    for child in figures.children:
        for event in child.infections:
            if not child.was_infused or not is_after(event, child.first_infusion):
                continue
            kind = str(event.organism) if is_known(event.organism) else NOT_RECORDED
            found.setdefault(f"infection.{kind}", set()).add(child.child)
            if event.reactivation is True:
                agent = str(event.agent) if is_known(event.agent) else NOT_RECORDED
                found["infection.reactivation"].add(child.child)
                key = f"infection.reactivation.{slug(agent)}"
                found.setdefault(key, set()).add(child.child)
    return found


def _flow(figures: ProgrammeFigures, found: dict[str, int]) -> None:
    flow = figures.flow
    found["flow.indication"] = flow.reached["indication"]
    found["flow.apheresis"] = flow.reached["apheresis"]
    found["flow.aphereses"] = flow.aphereses
    found["flow.product"] = flow.reached["product"]
    found["flow.infused"] = flow.reached["infusion"]
    found["flow.infusions"] = flow.infusions
    found["flow.reinfused"] = flow.reinfused
    found["flow.never_infused"] = flow.reached["indication"] - flow.reached["infusion"]
    found["flow.day_28.remission"] = flow.reached["day_28"]
    for stage, places in flow.left.items():
        for place, number in places.items():
            found[f"flow.{'day_28' if stage == 'infusion' else stage}.{place}"] = number
    for place, number in flow.at_one_year.items():
        found[f"flow.one_year.{place}"] = number


def _estimate(found: dict[str, int], key: str, estimate: Estimate | None) -> None:
    if estimate is not None and estimate.events is not None:
        found[key] = estimate.events
        found[f"{key}.n"] = estimate.n


def toxicity_key(kind: str, at_least: int) -> str:
    """The name of a toxicity from a grade up.

    >>> toxicity_key("crs", 1), toxicity_key("crs", 4)
    ('crs.any', 'crs.grade_4')
    """
    return f"{kind}.any" if at_least <= 1 else f"{kind}.grade_{at_least}"


def slug(words: str) -> str:
    """Words as a part of an id.

    >>> slug("Varicella zoster (VZV)")
    'varicella_zoster_vzv'
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "other"
