# SPDX-License-Identifier: Apache-2.0
"""Page one: how far the data go, what the wrong analysis would have said, and what is lost."""

from __future__ import annotations

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.reports.content import Fact, Finding, MarginNote, Prose
from cartulary.reports.exposure_report.voice import Voice
from cartulary.reports.exposure_report.words import conclusion, no_comparison
from cartulary.reports.programme_report.brief import ORIGINS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.text import Count, Sentence, Told
from cartulary.reports.wording import grouped_hash
from cartulary.studies.exposure_analyses import LANDMARK, NAIVE, TIME_DEPENDENT


def facts(voice: Voice) -> tuple[Fact, ...]:
    """Who, by which definition, where the data come from, and the hash of the input."""
    found = voice.found
    asked = endpoint(found.effect.endpoint if found.effect else found.exposure.endpoint)
    definition = asked.definition
    clock = voice.t("vanaf de eerste remissie", "from the first remission")
    if asked.clock.start != "remission":
        clock = voice.t("vanaf de start van de klok", "from the start of the clock")
    compared = Fact(
        voice.t("Vergeleken", "Compared"),
        voice.t("niemand te vergelijken", "nobody to compare"),
    )
    if found.effect is not None:
        compared = Fact(
            voice.t("Vergeleken", "Compared"),
            voice.t(
                f"{voice.children(voice.n).text}; bij {voice.exposed.value} {voice.noun}",
                f"{voice.children(voice.n).text}; {voice.noun} in {voice.exposed.value}",
            ),
            rests_on=(voice.exposed, voice.n),
        )
    return (
        compared,
        Fact(
            voice.t("Eindpunt", "Endpoint"),
            f"{definition.abbreviation.text(voice.lang)}, {voice.t('editie', 'edition')} "
            f"{definition.edition}, {clock}",
        ),
        Fact(
            voice.t("Herkomst", "Origin"), pair(ORIGINS[found.origin], voice.lang), found.origin
        ),
        Fact(voice.t("Controlegetal", "Control hash"), grouped_hash(voice.about.control_hash)),
    )  # fmt: skip


def findings(voice: Voice) -> tuple[Finding, ...]:
    """The conclusion in at most four findings."""
    first = (*conclusion(voice), *_simulated(voice))
    if voice.found.effect is None:
        return (Finding(first), Finding((no_comparison(voice),)))
    found = (first, _naive(voice), _lost(voice), _unknown(voice))
    return tuple(Finding(prose) for prose in found if prose)


def _simulated(voice: Voice) -> Prose:
    if voice.found.origin != "simulated":
        return ()
    return (
        voice.says(
            "Deze kinderen zijn gesimuleerd: het verslag toont de methode, niet wat er bij "
            "kinderen gebeurt.",
            "These children are simulated: the report shows the method, not what happens in "
            "children.",
        ),
    )


def _naive(voice: Voice) -> Prose:
    """What sorting by the future would have said."""
    wrong, sound = voice.effect.row(NAIVE), voice.effect.row(TIME_DEPENDENT)
    if wrong.ratio.value is None or sound.ratio.value is None:
        return ()
    return (
        voice.says(
            "**Wie kinderen indeelt naar wat later kwam, vindt {a} in plaats van {b}**: de tijd "
            "tot {what} telt dan als winst, terwijl een kind die eerst moest doorkomen.",
            "**Sorting children by what came later finds {a} instead of {b}**: the time until "
            "{what} then counts as a gain, though a child had to get through it first.",
            a=Told(voice.ratio(wrong.ratio.value), voice.rests(wrong)),
            b=Told(voice.ratio(sound.ratio.value), voice.rests(sound)),
            what=voice.noun,
        ),
    )


def _lost(voice: Voice) -> Prose:
    """What the landmarks cost, the first and the last."""
    rows = voice.effect.of(LANDMARK)
    first, last = rows[0], rows[-1]
    lost = [Count(row.lost, f"exposure.lost.by_{row.day:g}") for row in (first, last)]
    said = voice.says(
        "**Een peildag verliest kinderen**: van de {n} zijn er {a} weg op dag {d} en {b} op dag "
        "{e}.",
        "**A landmark loses children**: of {n}, {a} are gone by day {d} and {b} by day {e}.",
        d=f"{first.day:g}",
        a=lost[0],
        n=voice.children(voice.n),
        e=f"{last.day:g}",
        b=lost[1],
    )
    made = sum(row.ratio.value is not None for row in rows)
    if made == len(rows):
        return (said,)
    few = voice.says(
        "Van de {k} peildagen geven er {m} een verhouding.",
        "Of the {k} landmarks {m} give a ratio.",
        k=str(len(rows)),
        m=str(made),
    )
    return (said, few)


def _unknown(voice: Voice) -> Prose:
    """Who was left out, and who was never looked at."""
    effect = voice.effect
    said: list[Sentence] = []
    if effect.undated:
        said.append(
            voice.says(
                "Weggelaten: {k}, omdat niet bekend is wanneer er {what} was.",
                "Left out: {k}, because it is not known when there was {what}.",
                k=voice.children(Count(effect.undated, "exposure.unknown")),
                what=voice.noun,
            )
        )
    if effect.unseen:
        said.append(
            voice.says(
                "Bij {k} is nooit gekeken of er {what} was; zij tellen als zonder.",
                "In {k} nobody ever looked for {what}; they count as without.",
                k=voice.children(Count(effect.unseen, "exposure.unseen")),
                what=voice.noun,
            )
        )
    if effect.unseen is not None:
        said.append(
            voice.says(
                "De dag is die waarop het is gezien; wie vaker wordt gemeten, lijkt het eerder te "
                "hebben.",
                "The day is that on which it was seen; a child measured more often seems to have "
                "it earlier.",
            )
        )
    return tuple(said)


def brief_notes(voice: Voice) -> tuple[MarginNote, ...]:
    """What the exposure is, and on what the conclusion rests."""
    exposure = voice.found.exposure
    return (
        MarginNote(
            voice.t("Blootstelling", "Exposure"),
            (voice.says("{w}", "{w}", w=exposure.name.text(voice.lang) + "."),),
            f"{exposure.exposure_id}, {voice.t('editie', 'edition')} {exposure.edition}",
        ),
        MarginNote(
            voice.t("Methode", "Method"),
            (
                voice.says(
                    "De conclusie rust op het Cox-model waarin {what} telt vanaf de dag erna; dat "
                    "verliest geen kind en kent geen dag om te kiezen.",
                    "The conclusion rests on the Cox model in which {what} counts from the day "
                    "after; it loses no child and has no day to choose.",
                    what=voice.noun,
                ),
            ),
        ),
    )
