# SPDX-License-Identifier: Apache-2.0
"""Page one: the estimate, how sure, what was not aligned, and how far the data go."""

from __future__ import annotations

from cartulary.reports.content import Count, Fact, Finding, MarginNote, Prose
from cartulary.reports.programme_report.brief import ORIGINS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.study_report.apart_words import sentence
from cartulary.reports.study_report.estimands import spread_words
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Sentence, Told
from cartulary.reports.wording import count_word, grouped_hash
from cartulary.studies.target_trial.protocol import UNADJUSTED

FEW_SHOWN = 2


def facts(voice: Voice, control_hash: str) -> tuple[Fact, ...]:
    """Who, by which definition, where the data come from, and the hash of the input."""
    one, two = voice.study.aligned.groups
    definition = voice.study.protocol.endpoint.definition
    origins = dict.fromkeys((one.follow_up.origin, two.follow_up.origin))
    words = [pair(ORIGINS[origin], voice.lang) for origin in origins]
    return (
        Fact(
            voice.t("Vergeleken", "Compared"),
            f"{one.follow_up.n} {voice.t('met', 'with')} {voice.label('treated')}, "
            f"{two.follow_up.n} {voice.t('met', 'with')} {voice.label('control')}",
            rests_on=(voice.counts.n("treated"), voice.counts.n("control")),
        ),
        Fact(
            voice.t("Eindpunt", "Endpoint"),
            voice.t(
                f"{definition.abbreviation.nl}, editie {definition.edition}; "
                f"{voice.day_words(voice.study.protocol.day)} na de start",
                f"{definition.abbreviation.en}, edition {definition.edition}; "
                f"{voice.day_words(voice.study.protocol.day)} after the start",
            ),
        ),
        Fact(voice.t("Herkomst", "Origin"), "; ".join(words), one.follow_up.origin),
        Fact(voice.t("Controlegetal", "Control hash"), grouped_hash(control_hash)),
    )


def findings(voice: Voice) -> tuple[Finding, ...]:
    """The conclusion in four findings."""
    return (
        Finding((_estimate(voice), *_simulated(voice))),
        Finding(_how_sure(voice)),
        Finding(_unseen(voice)),
        Finding(_not_aligned(voice)),
    )


def _estimate(voice: Voice) -> Sentence:
    main = voice.study.main
    counts = voice.counts.of(main)
    found = main.difference
    assert found.value is not None
    assert main.treated.value is not None
    assert main.control.value is not None
    return voice.says(
        "**{when} na de start is {s1} met {treated} vrij van de gebeurtenis, tegen {s0} van de "
        "vergelijkbaar gemaakte controles ({control}): een verschil van {d} procentpunten (95%-BI "
        "{ci}).**",
        "**{when} after the start {s1} with {treated} are free of the event, against {s0} of the "
        "controls made alike ({control}): a difference of {d} percentage points (95% CI {ci}).**",
        when=capital(voice.day_words(voice.study.protocol.day)),
        s1=Told(voice.percent(main.treated.value), counts),
        s0=Told(voice.percent(main.control.value), counts),
        treated=voice.label("treated"),
        control=voice.label("control"),
        d=Told(voice.points(found.value), counts),
        ci=Told(voice.limits(found.low, found.high), counts),
    )


def _simulated(voice: Voice) -> Prose:
    if not voice.study.conclusion.simulated:
        return ()
    return (
        voice.says(
            "Deze kinderen zijn gesimuleerd: het verslag toont de methode, niet de werking van "
            "een behandeling.",
            "These children are simulated: the report shows the method, not what a treatment does.",
        ),
    )


def _how_sure(voice: Voice) -> Prose:
    """What the interval allows, whether the methods agree, how far the data go."""
    end, low, high = (
        voice.study.conclusion,
        voice.study.main.difference.low,
        voice.study.main.difference.high,
    )
    assert low is not None
    assert high is not None
    counts = voice.counts.of(voice.study.main)
    if end.verdict == "not_told_apart":
        first = voice.says(
            "**Deze gegevens kunnen het niet zeggen**: het interval laat zowel {low} als {high} "
            "punten toe.",
            "**These data cannot say**: the interval allows {low} as well as {high} points.",
            low=Told(voice.points(low), counts),
            high=Told(voice.points(high), counts),
        )
    else:
        first = voice.says(
            "**Het interval laat 'geen verschil' buiten, maar is breed**: van {low} tot {high} "
            "punten.",
            "**The interval leaves out 'no difference' but is wide**: from {low} to {high} points.",
            low=Told(voice.points(low), counts),
            high=Told(voice.points(high), counts),
        )
    agree = voice.says(
        "Van de {m} methoden die corrigeren wijzen er {k} dezelfde kant op, {f} met een interval "
        "zonder nul.",
        "Of the {m} methods that adjust {k} point the same way, {f} with an interval without zero.",
        m=count_word(end.done, voice.lang),
        k=count_word(end.agreeing, voice.lang),
        f=count_word(end.firmly, voice.lang),
    )
    reach = voice.says(
        "Een verschil kleiner dan ongeveer {r} punten is met deze aantallen niet te zien.",
        "A difference smaller than about {r} points cannot be seen with these numbers.",
        r=Told(voice.points(end.reach), counts),
    )
    few = tuple(
        voice.says(
            "De groep {g} is klein; lees haar cijfers als beschrijving.",
            "The group {g} is small; read its figures as a description.",
            g=voice.label(name),
        )
        for name in end.few
    )
    return (first, agree, reach, *spread_words(voice), *few)


def _unseen(voice: Voice) -> Prose:
    """What an unseen difference would have to be, and what the wrong analyses would have said."""
    found = voice.study.conclusion.e_value
    counts = voice.counts.of(voice.study.main)
    said: list[Sentence] = []
    if found is not None:
        said.append(
            voice.says(
                "**Een ongemeten verschil dat {e} keer samenhangt met zowel behandeling als "
                "gebeurtenis kan de schatting verklaren**{limit}.",
                "**An unmeasured difference tied {e}-fold to both treatment and event could "
                "explain the estimate**{limit}.",
                e=Told(voice.number(found.point, 1), counts),
                limit=Told(_limit(voice, found.limit), counts),
            )
        )
    wrong: list[str] = []
    rests: list[Count] = []
    crude = next(c for c in voice.study.comparisons if c.method == UNADJUSTED)
    if crude.difference.value is not None:
        rests += voice.counts.of(crude)
        wrong.append(
            voice.t("zonder correctie {}", "without adjustment {}").format(
                voice.points(crude.difference.value)
            )
        )
    immortal = voice.study.immortal
    if immortal is not None and immortal.difference.value is not None:
        rests += voice.counts.of(immortal, "immortal")
        wrong.append(
            voice.t(
                "met het wachten alleen als winst voor de behandelden geteld {}",
                "with the wait counted as a gain of the treated alone {}",
            ).format(voice.points(immortal.difference.value))
        )
    if wrong:
        said.append(
            voice.says(
                "Fout gerekend was het verschil anders uitgevallen: {w} punten.",
                "Reckoned wrongly the difference would have come out otherwise: {w} points.",
                w=Told(voice.names(wrong), tuple(rests)),
            )
        )
    return tuple(said)


def _limit(voice: Voice, limit: float | None) -> str:
    if limit is None:
        return ""
    if limit == 1.0:
        return voice.t(
            "; het interval bevat al 'geen verschil'",
            "; the interval already holds 'no difference'",
        )
    return voice.t(
        "; {} keer is genoeg om het interval tot 'geen verschil' te brengen",
        "; {}-fold is enough to bring the interval to 'no difference'",
    ).format(voice.number(limit, 1))


def _not_aligned(voice: Voice) -> Prose:
    """How many things still differ, and the first of them."""
    apart = voice.study.unaligned
    if not apart:
        return (
            voice.says(
                "**Er is niets gevonden dat niet gelijk te maken was**; wat niet is vastgelegd, "
                "blijft ongezien.",
                "**Nothing was found that could not be aligned**; what was not recorded stays "
                "unseen.",
            ),
        )
    first = voice.says(
        "**{n} niet gelijk te maken** (zie de laatste paragraaf).",
        "**{n} could not be aligned** (see the last section).",
        n=voice.t(
            "Eén punt was"
            if len(apart) == 1
            else f"{capital(count_word(len(apart), 'nl'))} punten waren",
            "One thing" if len(apart) == 1 else f"{capital(count_word(len(apart), 'en'))} things",
        ),
    )
    heavy = sorted(apart, key=lambda one: one.code not in ("period", "lost_waiting"))
    shown = [one for one in heavy if one.code in ("author", "period")][:FEW_SHOWN]
    return (first, *(sentence(voice, one) for one in shown))


def brief_notes(voice: Voice) -> tuple[MarginNote, ...]:
    """How the estimate was made, and of whom it speaks."""
    protocol = voice.study.protocol
    covariates = [protocol.fact(name).words.text(voice.lang) for name in protocol.covariates]
    return (
        MarginNote(
            voice.t("Methode", "Method"),
            (
                voice.says(
                    "{m}: de controles wegen zo, dat zij op de behandelde kinderen lijken in {c}. "
                    "Het interval weegt steeds opnieuw zonder één kind (jackknife).",
                    "{m}: the controls are weighted so that they resemble the treated children in "
                    "{c}. The interval weighs anew without each child in turn (jackknife).",
                    m=capital(voice.method(protocol.main)),
                    c=voice.names(covariates),
                )
                if protocol.main not in ("standardisation", "augmented")
                else voice.says(
                    "{m}, gecorrigeerd voor {c}.",
                    "{m}, adjusted for {c}.",
                    m=capital(voice.method(protocol.main)),
                    c=voice.names(covariates),
                ),
            ),
            f"{protocol.protocol_id}, {voice.t('editie', 'edition')} {protocol.edition}",
        ),
        MarginNote(
            voice.t("Start", "Start"),
            (
                voice.says(
                    "Beide groepen tellen vanaf dag {d} na {z}, zonder gebeurtenis en met de "
                    "behandeling begonnen.",
                    "Both groups count from day {d} after {z}, without the event and with the "
                    "treatment begun.",
                    d=str(voice.study.aligned.start_day),
                    z=protocol.time_zero_words.text(voice.lang),
                ),
            ),
        ),
    )
