# SPDX-License-Identifier: Apache-2.0
"""Page one: title, four facts, five findings as sentences, and what stands behind them."""

from __future__ import annotations

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.reports.content import Count, Fact, Finding, MarginNote, Prose, Sentence, Told
from cartulary.reports.programme_report.code_words import capital, pair
from cartulary.reports.programme_report.comparison_words import (
    published_sentence,
    what_is_allowed,
)
from cartulary.reports.programme_report.curve import NAMED_MONTH
from cartulary.reports.programme_report.event_free import MAIN, at_month, first_sentence
from cartulary.reports.programme_report.published_words import FITS
from cartulary.reports.programme_report.relapse import relapse_sentences
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.programme_report.toxicity import found_of, toxicity_sentences
from cartulary.reports.programme_report.transplant import transplant_sentences
from cartulary.reports.wording import count_word, grouped_hash
from cartulary.studies.survival import DAYS_OF_MONTH

ORIGINS = {
    "recorded": ("vastgelegde gegevens", "recorded data"),
    "reconstructed": (
        "gereconstrueerd uit gepubliceerde cijfers",
        "reconstructed from published figures",
    ),
    "simulated": ("gesimuleerde kinderen", "simulated children"),
}
LABELS = {
    "recorded": ("Vastgelegde gegevens", "Recorded data"),
    "reconstructed": ("Voorbeeld, gereconstrueerd", "Example, reconstructed"),
    "simulated": (
        "Simulatie, niet voor beslissingen",
        "Simulation, not for decisions",
    ),
}


def facts(tell: Teller) -> tuple[Fact, ...]:
    """Who, by which definitions, where the data come from, and the hash of the input."""
    edition = endpoint(MAIN).definition.edition
    treated = tell.value("flow.infused")
    who = f"{tell.many('flow.indication', 'child').text}, " + tell.t(
        f"{tell.number(treated)} behandeld", f"{tell.number(treated)} treated"
    )
    what = (
        f"{tell.many('flow.infusions', 'infusion').text}, "
        f"{tell.many('flow.aphereses', 'apheresis').text}"
    )
    # Only the text of a fact can be withheld, never its label.
    label, text = (who, what) if tell.suppress < 2 else (tell.t("Aantallen", "Numbers"), who)
    rests = (tell.count("flow.infused"), tell.count("flow.indication"))
    return (
        Fact(label, text, rests_on=rests),
        Fact(
            tell.t("Definities", "Definitions"),
            tell.t(
                f"codeboek, zie bijlage; EFS editie {edition}",
                f"codebook, see appendix; EFS edition {edition}",
            ),
        ),
        Fact(
            tell.t("Herkomst", "Origin"),
            pair(ORIGINS[tell.figures.origin], tell.lang),
            tell.figures.origin,
        ),
        Fact(tell.t("Controlegetal", "Control hash"), grouped_hash(tell.about.control_hash)),
    )


def findings(tell: Teller) -> tuple[Finding, ...]:
    """The five findings, each from the figures of its own section."""
    found = [_flow(tell), _event_free(tell), _toxicity(tell), relapse_sentences(tell)]
    found.append(transplant_sentences(tell)[:1])
    if not tell.value("flow.infused"):
        found = [_flow(tell)]
    return tuple(Finding(sentences) for sentences in found if sentences)


def _flow(tell: Teller) -> Prose:
    share = tell.figures.infused_share
    if not tell.value("flow.infused"):
        first = tell.says(
            "Van {n} met een indicatie kreeg nog niemand CAR-T-cellen.",
            "Of {n} with an indication, none has received CAR-T cells so far.",
            n=tell.many("flow.indication", "child"),
        )
    elif tell.value("flow.indication") == 1:
        first = tell.says(
            "Het ene kind met een indicatie kreeg CAR-T-cellen.",
            "The one child with an indication received CAR-T cells.",
        )
    elif not tell.value("flow.never_infused"):
        first = tell.says(
            "Alle {n} kinderen met een indicatie kregen CAR-T-cellen (95%-BI {ci}).",
            "All {n} children with an indication received CAR-T cells (95% CI {ci}).",
            n=tell.count("flow.infused"),
            ci=tell.bounds(share, "flow.infused"),
        )
    else:
        first = tell.says(
            "Van {n} met een indicatie {got} er {k} CAR-T-cellen ({p}; 95%-BI {ci}).",
            "Of {n} with an indication, {k} received CAR-T cells ({p}; 95% CI {ci}).",
            n=Told(
                tell.t(
                    f"de {tell.number(tell.value('flow.indication'))} kinderen"
                    if tell.value("flow.indication") != 1
                    else "één kind",
                    tell.many("flow.indication", "child").text,
                ),
                (tell.count("flow.indication"),),
            ),
            k=tell.count("flow.infused"),
            p=tell.share(share, "flow.infused"),
            ci=tell.bounds(share, "flow.infused"),
            **(
                {"got": "kreeg" if tell.value("flow.infused") == 1 else "kregen"}
                if tell.lang == "nl"
                else {}
            ),
        )
    return tell.prose(first, not_infused_sentence(tell))


def not_infused_sentence(tell: Teller) -> Sentence | None:
    """Where the others are, each place in words; None when everybody was infused."""
    verbs = {
        "product_failed": (
            ("één product mislukte", "{n} producten mislukten"),
            ("one product failed", "{n} products failed"),
        ),
        "died": (
            ("één kind overleed vóór infusie", "{n} kinderen overleden vóór infusie"),
            ("one child died before infusion", "{n} children died before infusion"),
        ),
        "under_way": (
            ("één kind is nog niet behandeld", "{n} kinderen zijn nog niet behandeld"),
            ("one child has not been treated so far", "{n} children have not been treated so far"),
        ),
        "declined": (
            ("bij één kind werd van CAR-T afgezien", "bij {n} kinderen werd van CAR-T afgezien"),
            ("for one child CAR-T was declined", "for {n} children CAR-T was declined"),
        ),
    }
    parts: list[Told] = []
    for place in ("product_failed", "died", "under_way", "declined"):
        keys = [f"flow.{stage}.{place}" for stage in ("indication", "apheresis", "product")]
        number = sum(tell.value(key) for key in keys)
        if number:
            words = verbs[place][tell.lang != "nl"][number != 1]
            said = words.replace("{n}", count_word(number, tell.lang))
            parts.append(Told(said, tuple(tell.count(key) for key in keys if tell.value(key))))
    if not parts:
        return None
    joined = tell.joined(parts)
    whole = Told(capital(joined.text), joined.rests_on)
    return tell.says("{parts}.", "{parts}.", parts=whole)


def _event_free(tell: Teller) -> Prose:
    main = tell.figures.survival.get(MAIN)
    if main is None:
        return ()
    fits = [
        beside
        for beside in main.published
        if beside.comparable in FITS
        and beside.row.at_days is not None
        and abs(beside.row.at_days - DAYS_OF_MONTH[NAMED_MONTH]) <= 5
    ]
    return tell.prose(
        at_month(tell, main, MAIN, "vrij van events", "event-free"),
        published_sentence(tell, fits),
        what_is_allowed(tell, main.at[NAMED_MONTH], MAIN, fits),
    )


def _toxicity(tell: Teller) -> Prose:
    said = toxicity_sentences(tell)[:2]
    if not said:
        return (
            tell.says(
                "Toxiciteit is van geen enkele infusie vastgelegd.",
                "Toxicity was recorded for no infusion.",
            ),
        )
    crs = found_of(tell, "crs")
    penn = crs is not None and any(one.row.scale == "penn_crs_2014" for one in crs.published)
    return tell.prose(
        *said,
        tell.says(
            "ELIANA gradeerde anders en nam alleen kinderen op met minstens 5% blasten.",
            "ELIANA graded otherwise and took only children with at least 5% blasts.",
        )
        if penn
        else None,
    )


def brief_notes(tell: Teller) -> tuple[MarginNote, ...]:
    """Definition, interval, grades and what is missing."""
    definition = endpoint(MAIN).definition
    return (
        MarginNote(
            tell.t("Vrij van events.", "Event-free."),
            (
                tell.says(
                    "{text}", "{text}", text=first_sentence(definition.summary.text(tell.lang))
                ),
            ),
            f"{MAIN} · {tell.t('editie', 'edition')} {definition.edition}",
        ),
        MarginNote(
            tell.t("Interval.", "Interval."),
            (
                tell.says(
                    "Kaplan-Meier met log-log, bij weinig kinderen beta product; verhoudingen "
                    "volgens Clopper-Pearson, per infusie geclusterd per kind.",
                    "Kaplan-Meier with log-log, beta product where few are at risk; shares by "
                    "Clopper-Pearson, clustered by child for infusions.",
                ),
            ),
        ),
        MarginNote(
            tell.t("Graden.", "Grades."),
            (
                tell.says(
                    "ASTCT 2019 voor CRS en ICANS, CTCAE 5.0 voor neutropenie, tenzij anders "
                    "vermeld.",
                    "ASTCT 2019 for CRS and ICANS, CTCAE 5.0 for neutropenia, unless said "
                    "otherwise.",
                ),
            ),
        ),
        MarginNote(tell.t("Ontbreekt.", "Missing."), _missing(tell)),
    )


def _missing(tell: Teller) -> Prose:
    left = len(tell.about.left_out)
    main = tell.figures.survival.get(MAIN)
    absent = main.follow_up.missing if main is not None else 0
    return tell.prose(
        tell.says(
            "Bij {k} eindigt de follow-up binnen een jaar, zonder event of andere behandeling.",
            "In {k} follow-up ends within a year, without an event or other treatment.",
            k=tell.children("flow.one_year.not_followed_a_year"),
        )
        if tell.value("flow.one_year.not_followed_a_year")
        else None,
        tell.says(
            "Van {k} ontbreekt de uitkomst.",
            "For {k} the outcome is missing.",
            k=Count(absent, f"{MAIN}.missing"),
        )
        if absent
        else tell.says("Van geen kind ontbreekt de uitkomst.", "No child's outcome is missing.")
        if main is not None
        else tell.says(
            "Er is nog geen uitkomst na infusie.", "There is no outcome after infusion."
        ),
        tell.says(
            "Door fouten in de gegevens zijn {k} kinderen weggelaten; zie de bijlage.",
            "Because of errors in the data {k} children were left out; see the appendix.",
            k=Count(left, "left_out"),
        )
        if left
        else None,
    )
