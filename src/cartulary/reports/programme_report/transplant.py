# SPDX-License-Identifier: Apache-2.0
"""Allogeneic transplant after CAR-T by reason."""

from __future__ import annotations

from cartulary.reports.content import Count, Prose, Section, Sentence, Told
from cartulary.reports.programme_report.teller import Teller


def transplant_section(tell: Teller) -> Section:
    """Who had a transplant after CAR-T, why and when."""
    title = tell.t("Transplantatie na CAR-T", "Transplant after CAR-T")
    return Section(title, transplant_sentences(tell), (), id="transplant")


def transplant_sentences(tell: Teller) -> Prose:
    """How many of the treated children, by reason, with the interval and the days."""
    found = tell.figures.transplant
    if found is None:
        return (tell.says("Nog geen kind is behandeld.", "No child has been treated so far."),)
    key = "transplant.any"
    if not tell.value(key) and tell.value("flow.infused") == 1:
        alone = tell.says(
            "Het ene behandelde kind onderging na CAR-T geen allogene stamceltransplantatie.",
            "The one treated child had no allogeneic transplant after CAR-T.",
        )
        return (alone,)
    if not tell.value(key):
        return (
            tell.says(
                "Geen van de {n} behandelde kinderen onderging een allogene stamceltransplantatie "
                "na CAR-T (95%-BI {ci}).",
                "None of {n} treated children had an allogeneic transplant after CAR-T "
                "(95% CI {ci}).",
                n=tell.count("transplant.any.n"),
                ci=tell.bounds(found.any_reason, key),
            ),
        )
    many = tell.value(key) != 1
    who = tell.says(
        "{k} van de {n} behandelde kinderen {verb} na CAR-T een allogene stamceltransplantatie "
        "({p}; 95%-BI {ci}): {why}.",
        "{k} of {n} treated children had an allogeneic transplant after CAR-T "
        "({p}; 95% CI {ci}): {why}.",
        k=tell.word(key, capital=True),
        n=tell.count("transplant.any.n"),
        p=tell.share(found.any_reason, key),
        ci=tell.bounds(found.any_reason, key),
        why=_reasons(tell),
        **({"verb": "ondergingen" if many else "onderging"} if tell.lang == "nl" else {}),
    )
    return tell.prose(who, _when(tell))


def _reasons(tell: Teller) -> Told:
    names = {
        "consolidation": ("als consolidatie in remissie", "as consolidation in remission"),
        "relapse": ("wegens recidief", "for relapse"),
        "other": ("om een andere reden", "for another reason"),
        "not_recorded": ("zonder vastgelegde reden", "without a recorded reason"),
    }
    found = tell.figures.transplant
    assert found is not None
    if len(found.by_reason) == 1:
        (reason,) = found.by_reason
        nl, en = names.get(reason, (reason, reason))
        every = tell.value("transplant.any") > 1
        said = tell.t(f"{'alle ' if every else ''}{nl}", f"{'all ' if every else ''}{en}")
        return Told(said, (tell.count(f"transplant.{reason}"),))
    parts = []
    for reason in sorted(found.by_reason, key=lambda one: (-found.by_reason[one], one)):
        nl, en = names.get(reason, (reason, reason))
        count = tell.word(f"transplant.{reason}")
        parts.append(Told(f"{count.text} {tell.t(nl, en)}", count.rests_on))
    return tell.joined(parts)


def _when(tell: Teller) -> Sentence | None:
    found = tell.figures.transplant
    if found is None or found.days is None or found.days.median is None:
        return None
    known = Count(found.days.n, "transplant.days_after_infusion.n")
    rests = (known, tell.count("transplant.any"))
    if found.days.n == 1:
        return tell.says(
            "De transplantatie was op dag {d} na infusie.",
            "The transplant was on day {d} after infusion.",
            d=Told(tell.median(found.days), rests),
        )
    assert found.days.smallest is not None
    assert found.days.largest is not None
    return tell.says(
        "Mediaan {d} dagen na de eerste infusie (spreiding {low}–{high}).",
        "Median {d} days after the first infusion (range {low}–{high}).",
        d=Told(tell.number(found.days.median), rests),
        low=Told(tell.number(found.days.smallest), rests),
        high=Told(tell.number(found.days.largest), rests),
    )
