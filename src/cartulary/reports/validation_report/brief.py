# SPDX-License-Identifier: Apache-2.0
"""Page one of a validation: how much was met, how wide, and what the case mix alone explains."""

from __future__ import annotations

from cartulary.codebook.target import TargetUse
from cartulary.reports.content import Column, Finding, Row, Table, Words
from cartulary.reports.text import Prose, Sentence
from cartulary.reports.validation_report.voice import Voice
from cartulary.reports.wording import interval, percent
from cartulary.studies.validation.judged import WIDEST
from cartulary.studies.validation.validation import CaseMix

_TOXICITY = {"crs": ("CRS", "CRS"), "icans": ("ICANS", "ICANS")}


def findings(voice: Voice) -> tuple[Finding, ...]:
    """The four findings, and a first one where the posterior is provisional."""
    found = [_met(voice), _narrow(voice), *_case_mix(voice), _said(voice)]
    if voice.found.provisional:
        found.insert(0, _provisional(voice))
    return tuple(Finding(prose) for prose in found if prose)


def _provisional(voice: Voice) -> Prose:
    return (
        voice.says(
            "**Deze posterior is voorlopig en heeft geen gepubliceerd cijfer gezien**: wat hier "
            "staat, toont hoe het verslag werkt, niet of het model klopt.",
            "**This posterior is provisional and has seen no published figure**: what stands here "
            "shows how the report works, not whether the model is right.",
        ),
    )


def _met(voice: Voice) -> Prose:
    fitted, kept = (voice.found.tally(use) for use in (TargetUse.FIT, TargetUse.KEPT_ASIDE))
    return (
        voice.says(
            "**Van de {m} apart gehouden cijfers liggen er {j} ({p}) binnen het "
            "95%-voorspellingsinterval**, van de {n} gefitte {k} ({q}).",
            "**Of {m} figures kept aside, {j} ({p}) lie within the 95% predictive interval**, and "
            "of {n} fitted ones {k} ({q}).",
            m=str(kept.of),
            j=str(kept.met),
            p=voice.share(kept.share_met),
            n=str(fitted.of),
            k=str(fitted.met),
            q=voice.share(fitted.share_met),
        ),
    )


def _narrow(voice: Voice) -> Prose:
    both = [voice.found.tally(use) for use in TargetUse]
    return (
        voice.says(
            "Van de {n} hoofdeindpunten is bij {k} het voorspelde interval niet breder dan {w} "
            "keer het geziene.",
            "Of {n} main endpoints {k} have a predicted interval no wider than {w} times the "
            "observed one.",
            n=str(sum(one.of_main for one in both)),
            k=str(sum(one.narrow for one in both)),
            w=f"{WIDEST:g}",
        ),
    )


def _case_mix(voice: Voice) -> list[Prose]:
    """Q1: whether who the children are explains the Dutch toxicity."""
    return [(_of_mix(voice, one),) for one in voice.found.case_mix]


def _of_mix(voice: Voice, one: CaseMix) -> Sentence:
    dutch, row = one.dutch, one.observed
    return voice.says(
        "Met de ziektelast van de Nederlandse kinderen en verder niets veranderd voorspelt het "
        "model {t} na {d} van de infusies (95%: {i}, het toeval van {n} infusies inbegrepen), "
        "tegen {e} in de dagelijkse praktijk; gezien werd {o} ({v}).",
        "With the burden of the Dutch children and nothing else changed the model predicts {t} "
        "after {d} of infusions (95%: {i}, the chance of {n} infusions included), against {e} in "
        "everyday practice; observed was {o} ({v}).",
        t=voice.t(*_TOXICITY[one.toxicity]),
        d=percent(dutch[0], voice.lang),
        i=interval(row.low, row.high, voice.lang),
        n=str(row.target.n),
        e=percent(one.everyday[0], voice.lang),
        o=percent(row.target.value, voice.lang),
        v=voice.verdict(row),
    )


def _said(voice: Voice) -> Prose:
    held = sum(one.holds for one in voice.found.sayings)
    return (
        voice.says(
            "Van wat het artikel in woorden over de recidieven zegt, ziet men {k} van de {n} ook "
            "bij de gesimuleerde kinderen.",
            "Of what the article says in words of the relapses, {k} of {n} are seen in the "
            "simulated children too.",
            k=str(held),
            n=str(len(voice.found.sayings)),
        ),
    )


def brief_table(voice: Voice) -> Table:
    """What the article says in words, and the model's share."""
    return Table(
        id="sayings",
        caption=(
            voice.says(
                "Wat het artikel over de recidieven zegt, bij de gesimuleerde kinderen.",
                "What the article says of the relapses, in the simulated children.",
            ),
        ),
        columns=(
            Column(voice.t("het artikel zegt", "the article says"), weight=1),
            Column(voice.t("aandeel", "share"), align="right", strong=True),
            Column(voice.t("95% van de trekkingen", "95% of draws"), align="right"),
            Column(voice.t("ook hier", "here too")),
        ),
        rows=tuple(
            Row(
                (
                    Words(one.saying.words.text(voice.lang)),
                    voice.share(one.median),
                    interval(one.low, one.high, voice.lang)
                    if one.low == one.low
                    else voice.t("geen", "none"),
                    voice.t("ja", "yes") if one.holds else voice.t("nee", "no"),
                )
            )
            for one in voice.found.sayings
        ),
        note=(
            voice.says(
                "Aplasie en expansie zijn die bij het recidief; het aandeel van de laatste rij is "
                "dat zonder expansie.",
                "Aplasia and expansion are those at the relapse; the share of the last row is that "
                "without expansion.",
            ),
        ),
    )
