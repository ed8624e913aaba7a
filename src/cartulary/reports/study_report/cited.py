# SPDX-License-Identifier: Apache-2.0
"""Where everything a study did is described, and how to cite the program that did it."""

from __future__ import annotations

from typing import Final

from cartulary import __version__
from cartulary.evidence import sources
from cartulary.evidence.cox_fit import COX
from cartulary.evidence.landmark import LANDMARK
from cartulary.reports.content import Column, Note, Row, Section, Table, Words
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import says
from cartulary.studies.target_trial.by_estimand import ICH_E9_R1
from cartulary.studies.target_trial.jackknifed import JACKKNIFE
from cartulary.studies.target_trial.results import Comparison

SOFTWARE: Final = "Cartulary"
TARGET_TRIAL: Final = "Hernan MA, Robins JM. Am J Epidemiol 2016;183:758-764"
IMMORTAL_TIME: Final = "Suissa S. Am J Epidemiol 2008;167:492-499"
STANDARDISED_DIFFERENCE: Final = "Austin PC. Stat Med 2009;28:3083-3107"
TIPPING_POINT: Final = "Yan X, Lee S, Li N. J Biopharm Stat 2009;19:1085-1098"
CONFOUNDER: Final = "Lin DY, Psaty BM, Kronmal RA. Biometrics 1998;54:948-963"


def cited_rows(voice: Voice) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What was done, and where each is described: everything that this study used and no more."""
    study = voice.study
    found: list[tuple[str, tuple[str, ...]]] = [
        (voice.t("opzet als een trial", "design as a trial"), (TARGET_TRIAL,)),
        (voice.t("gezamenlijke start (landmark)", "common start (landmark)"), (LANDMARK,)),
    ]
    shared = {
        sources.KAPLAN_MEIER: voice.t("krommen", "curves"),
        JACKKNIFE: voice.t("intervallen (jackknife)", "intervals (jackknife)"),
        COX: voice.t("hazardratio", "hazard ratio"),
    }
    cited = {one.method: _of(one) for one in study.comparisons if not one.refusal}
    used = {citation for cites in cited.values() for citation in cites}
    found += [(what, (citation,)) for citation, what in shared.items() if citation in used]
    for method, cites in cited.items():
        own = tuple(citation for citation in cites if citation not in shared)
        found.append((capital(voice.method(method)), own or cites))
    if any(one.balance is not None for one in study.comparisons):
        found.append((
            voice.t("gestandaardiseerde verschillen", "standardised differences"),
            (STANDARDISED_DIFFERENCE,),
        ))  # fmt: skip
    estimands = dict.fromkeys(
        citation
        for row in study.estimands.rows
        if row.difference is not None
        for citation in row.difference.citations
    )
    main = set(study.main.difference.citations)
    if estimands:
        beyond = (ICH_E9_R1, *(c for c in estimands if c not in main and c != ICH_E9_R1))
        found.append((voice.t("estimands", "estimands"), beyond))
    followed = dict.fromkeys(c for one in study.median_follow_up for c in one.citations)
    found.append((
        voice.t("mediane follow-up", "median follow-up"),
        tuple(followed) or (sources.REVERSE_KAPLAN_MEIER,),
    ))  # fmt: skip
    if study.immortal is not None:
        found.append((voice.t("onsterfelijke tijd", "immortal time"), (IMMORTAL_TIME,)))
    if study.sensitivity.e_value is not None:
        found.append(
            (voice.t("E-waarde", "E-value"), tuple(study.sensitivity.e_value.citations))
        )  # fmt: skip
        found.append((voice.t("ongemeten kenmerk", "unmeasured characteristic"), (CONFOUNDER,)))
    if study.sensitivity.tipping is not None:
        found.append((
            voice.t("kinderen uit beeld (omslagpunt)", "children lost (tipping point)"),
            (TIPPING_POINT, sources.KAPLAN_MEIER),
        ))  # fmt: skip
    return tuple(found)


def _of(found: Comparison) -> tuple[str, ...]:
    """Everything that one method's figures cite."""
    figures = (found.difference, found.risk_ratio, found.hazard_ratio)
    return tuple(dict.fromkeys(c for one in figures if one is not None for c in one.citations))


def methods_section(voice: Voice) -> Section:
    """How each figure was made, where that is described, and the program itself."""
    definition = voice.study.protocol.endpoint.definition
    source = voice.says(
        "Het eindpunt is {d} (editie {e}): {s}",
        "The endpoint is {d} (edition {e}): {s}",
        d=definition.definition_id,
        e=definition.edition,
        s=definition.source.citation,
    )
    how = voice.says(
        "Behandelde kinderen en controles zijn steeds aparte groepen. Kansen komen uit (gewogen) "
        "Kaplan-Meier-krommen of uit modellen die in de tabel staan; het interval van een gewogen "
        "cijfer komt van de jackknife, die de gewichten zonder elk kind opnieuw bepaalt. Onder de "
        "10 effectieve kinderen, of als het doel buiten de gegevens ligt, stopt een methode.",
        "Treated children and controls are separate groups throughout. Chances come from "
        "(weighted) Kaplan-Meier curves or from the models named in the table; the interval of a "
        "weighted figure is from the jackknife, which finds the weights anew without each child. "
        "Below 10 effective children, or where the target lies outside the data, a method stops.",
    )
    return Section(
        voice.t("Methoden en bronnen", "Methods and sources"),
        (how, source),
        (
            Table(
                id="sources",
                caption=(
                    voice.says("Waar elke methode staat.", "Where each method is described."),
                ),
                columns=(
                    Column(voice.t("wat", "what"), weight=1),
                    Column(voice.t("bron", "source"), weight=3),
                ),
                rows=tuple(
                    Row((capital(what), Words(says("{s}", s="; ".join(cites)))))
                    for what, cites in cited_rows(voice)
                ),
            ),
            _software(voice),
        ),
        id="sources",
    )


def _software(voice: Voice) -> Note:
    """The program's name and version, and how to cite it."""
    protocol = voice.study.protocol
    return Note(
        (
            voice.says(
                "Gerekend met {n}, versie {v} (Apache-2.0).",
                "Reckoned with {n}, version {v} (Apache-2.0).",
                n=SOFTWARE,
                v=__version__,
            ),
            voice.says(
                "Aanhalen als: {n}, versie {v} [software]; protocol {p}, editie {e}. Noem ook het "
                "controlegetal op de eerste pagina: met dezelfde bestanden en versie komt het "
                "verslag er byte voor byte zo weer uit.",
                "Cite as: {n}, version {v} [software]; protocol {p}, edition {e}. Give the control "
                "hash on page one too: from the same files and version the report comes out the "
                "same, byte for byte.",
                n=SOFTWARE,
                v=__version__,
                p=protocol.protocol_id,
                e=protocol.edition,
            ),
        )
    )
