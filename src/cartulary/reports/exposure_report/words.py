# SPDX-License-Identifier: Apache-2.0
"""What the analyses are called, why one could not be made, and how far the data go, in words."""

from __future__ import annotations

from typing import Final

from cartulary.reports.exposure_report.voice import Voice
from cartulary.reports.text import Count, Sentence, Span, Told
from cartulary.studies.exposure_analyses import (
    CLONE_CENSOR_WEIGHT,
    LANDMARK,
    NAIVE,
    SIMON_MAKUCH,
    TIME_DEPENDENT,
)
from cartulary.studies.exposure_rows import (
    CURVE_AT_BOUND,
    FEW_FOLLOWERS,
    NO_EVENT,
    NO_START,
    NOBODY_COUNTED,
    NOBODY_EXPOSED,
    NOBODY_LOOKED,
    NOT_FOLLOWED,
    SMALL_GROUP,
    EffectRow,
)

#: method -> Dutch, English
NAMES: Final = {
    NAIVE: ("naïef, ooit tegen nooit (FOUT)", "naive, ever against never (WRONG)"),
    TIME_DEPENDENT: ("tijdsafhankelijk Cox-model", "time-dependent Cox"),
    SIMON_MAKUCH: ("Simon-Makuch", "Simon-Makuch"),
    CLONE_CENSOR_WEIGHT: ("clone-censor-weight", "clone-censor-weight"),
}
_CANNOT_SAY: Final = "these data cannot say"
_NO_LIMIT: Final = "the likelihood sets no limit"


def analysis(voice: Voice, row: EffectRow) -> str:
    """The name of an analysis."""
    if row.method == LANDMARK:
        return voice.t(f"peildag {row.day:g}", f"landmark on day {row.day:g}")
    return voice.t(*NAMES[row.method])


def method(voice: Voice, row: EffectRow) -> Sentence:
    """How a ratio was reckoned, as a sentence."""
    if row.method == SIMON_MAKUCH:
        return voice.says(
            "Verhouding van de cumulatieve hazards van de twee curven op dag {h}, vanaf dag {d}; "
            "zonder interval.",
            "Ratio of the cumulative hazards of the two curves on day {h}, from day {d}; without "
            "an interval.",
            h=f"{voice.effect.horizon:g}",
            d=f"{row.day:g}",
        )
    if row.method == CLONE_CENSOR_WEIGHT:
        return voice.says(
            "Verhouding van de cumulatieve hazards van de twee plannen op dag {h}; het interval "
            "komt van het opnieuw trekken van kinderen (seed {s}).",
            "Ratio of the cumulative hazards of the two plans on day {h}; the interval is from "
            "resampling children (seed {s}).",
            h=f"{voice.effect.horizon:g}",
            s=str(voice.found.seed),
        )
    if "Firth" in row.ratio.method:
        return voice.says(
            "Cox-model met Firth-correctie en profielinterval, omdat er weinig kinderen of "
            "gebeurtenissen zijn.",
            "Cox model with Firth's penalty and a profile likelihood interval, because children or "
            "events are few.",
        )
    return voice.says("Cox-model met Wald-interval.", "Cox model with a Wald interval.")


def caution(voice: Voice, row: EffectRow) -> Sentence | None:
    """What a ratio that could be made still does not say."""
    if any(_NO_LIMIT in note for note in row.ratio.notes):
        return voice.says(
            "De gegevens stellen aan één kant geen grens.", "The data set no limit on one side."
        )
    if any(_CANNOT_SAY in note for note in row.ratio.notes):
        return voice.says(
            "Het interval beslaat meer dan een factor twintig: hoe groot het verschil is, kunnen "
            "deze gegevens niet zeggen.",
            "The interval spans more than a factor of twenty: how large the difference is, these "
            "data cannot say.",
        )
    return None


def reason(voice: Voice, row: EffectRow) -> Sentence:
    """Why an analysis could not be made."""
    effect, counts = voice.effect, voice.row_counts(row)
    fewest = str(effect.fewest)
    if row.why == NOBODY_EXPOSED:
        return voice.says(
            "Bij geen van de {n} was er {what}.", "In none of {n} was there {what}.",
            n=voice.children(voice.n), what=voice.noun,
        )  # fmt: skip
    if row.why == NO_EVENT:
        return voice.says(
            "Geen van de {n} had de gebeurtenis.", "None of {n} had the event.",
            n=voice.children(voice.n),
        )  # fmt: skip
    if row.why == SMALL_GROUP and row.method == LANDMARK:
        return voice.says(
            "Van de {k} die na dag {d} nog gevolgd werden, hadden er {a} {what} gehad en {b} niet; "
            "elke groep heeft er {f} nodig.",
            "Of {k} still followed after day {d}, {a} had had {what} and {b} had not; either group "
            "needs {f}.",
            k=voice.children(counts["kept"]),
            d=f"{row.day:g}",
            a=counts["exposed"],
            b=counts["unexposed"],
            what=voice.noun,
            f=fewest,
        )
    if row.why in (NO_START, SMALL_GROUP):
        return voice.says(
            "Op geen enkele peildag vóór dag {h} waren er {f} kinderen die {what} hadden gehad en "
            "nog gevolgd werden; een curve zou op een of twee kinderen rusten.",
            "On no landmark before day {h} had {f} children had {what} and were still followed; a "
            "curve would rest on one or two.",
            h=f"{effect.horizon:g}",
            f=fewest,
            what=voice.noun,
        )
    if row.why == CURVE_AT_BOUND:
        return voice.says(
            "Op dag {h} staat een van de twee curven op 0% of 100%, of zij is niet zo ver gevolgd; "
            "een verhouding zegt daar niets.",
            "On day {h} one of the two curves is at 0% or 100%, or is not followed so far; a ratio "
            "says nothing there.",
            h=f"{effect.horizon:g}",
        )
    if row.why == FEW_FOLLOWERS:
        return voice.says(
            "Een van de twee plannen is door minder dan {f} kinderen gevolgd.",
            "One of the two plans was followed by fewer than {f} children.",
            f=fewest,
        )
    if row.why == NOT_FOLLOWED:
        return voice.says(
            "Dag {h} ligt vóór het einde van de termijn (dag {g}) of na het einde van de "
            "follow-up.",
            "Day {h} lies before the end of the grace period (day {g}) or beyond the follow-up.",
            h=f"{effect.horizon:g}",
            g=f"{effect.grace_day or 0:g}",
        )
    told = row.ratio.notes[0]
    return Sentence((Span(told if told.endswith(".") else f"{told}.", lang="en"),))


def no_comparison(voice: Voice) -> Sentence:
    """Why there is no comparison at all."""
    found = voice.found
    if found.why == NOBODY_COUNTED:
        return voice.says(
            "Geen kind kan worden meegeteld: ieder valt buiten de kinderen van het eindpunt, of "
            "{what} heeft geen datum.",
            "No child can be counted: every one is outside the children of the endpoint, or {what} "
            "has no date.",
            what=voice.noun,
        )
    if found.why == NOBODY_LOOKED:
        return voice.says(
            "Bij geen enkel kind is in de follow-up gekeken of er {what} was; dat zou lezen als "
            "nooit.",
            "In no child did anybody look for {what} while it was followed; that would read as "
            "never.",
            what=voice.noun,
        )
    return Sentence((Span(found.refused, lang="en"),))


def conclusion(voice: Voice) -> tuple[Sentence, ...]:
    """How far these data go; it rests on the time-dependent Cox model.

    That analysis loses no child and has no day to choose, so it is named beforehand.
    """
    if voice.found.effect is None:
        return (
            voice.says(
                "**Deze gegevens zeggen niets over {what} in remissie.**",
                "**These data say nothing of {what} in remission.**",
                what=voice.noun,
            ),
        )
    effect = voice.effect
    row = effect.row(TIME_DEPENDENT)
    ratio, rests = row.ratio, voice.rests(row)
    if not effect.exposed:
        return (
            voice.says(
                "**Deze gegevens zeggen niets over {what} in remissie: bij geen van de {n} was dat "
                "er.**",
                "**These data say nothing of {what} in remission: there was none in {n}.**",
                what=voice.noun,
                n=voice.children(voice.n),
            ),
        )
    among: dict[str, Told | Count | str] = {
        "what": voice.noun,
        "k": voice.exposed,
        "n": voice.children(voice.n),
        "e": voice.events,
    }
    asked = voice.t(
        "of {what} in remissie helpt of schaadt", "whether {what} in remission helps or harms"
    )
    if effect.exposure.event_of:
        asked = voice.t(
            "of {what} in remissie samengaat met meer of minder gebeurtenissen",
            "whether {what} in remission goes with more or with fewer events",
        )
    if ratio.value is None:
        return (
            voice.says(
                f"**Deze gegevens kunnen niet zeggen {asked}**: met {{k}} van de {{n}} en {{e}} "
                "gebeurtenissen was het tijdsafhankelijke model niet te maken.",
                f"**These data cannot say {asked}**: with {{k}} of {{n}} and {{e}} events the "
                "time-dependent analysis could not be made.",
                **among,
            ),
        )
    limits = Told(voice.bounds(ratio), rests)
    if ratio.low is None or ratio.high is None or ratio.low <= 1.0 <= ratio.high:
        return (
            voice.says(
                f"**Deze gegevens kunnen niet zeggen {asked}**: met {{k}} van de {{n}} en {{e}} "
                "gebeurtenissen kan de hazard daarna alles zijn van {ci} maal die zonder "
                "(tijdsafhankelijk Cox-model).",
                f"**These data cannot say {asked}**: with {{k}} of {{n}} and {{e}} events the "
                "hazard after it may be anything from {ci} times that without (time-dependent "
                "Cox).",
                ci=limits,
                **among,
            ),
        )
    lower = ratio.value < 1.0
    way = voice.t("lager" if lower else "hoger", "lower" if lower else "higher")
    if any(_CANNOT_SAY in note for note in ratio.notes):
        first = voice.says(
            "**In deze gegevens was de hazard na {what} in remissie {way}, maar hoeveel kunnen zij "
            "niet zeggen**: alles van {ci} maal die zonder (tijdsafhankelijk Cox-model, {k} van de "
            "{n}, {e} gebeurtenissen).",
            "**In these data the hazard after {what} in remission was {way}, but by how much they "
            "cannot say**: anything from {ci} times that without (time-dependent Cox, {k} of {n}, "
            "{e} events).",
            way=way,
            ci=limits,
            **among,
        )
    else:
        first = voice.says(
            "**In deze gegevens was de hazard na {what} in remissie {way}: {r} maal die zonder** "
            "(95%-BI {ci}; tijdsafhankelijk Cox-model, {k} van de {n}, {e} gebeurtenissen).",
            "**In these data the hazard after {what} in remission was {way}: {r} times that "
            "without** (95% CI {ci}; time-dependent Cox, {k} of {n}, {e} events).",
            way=way,
            r=Told(voice.ratio(ratio.value), rests),
            ci=limits,
            **among,
        )
    return (first, no_proof(voice))


def no_proof(voice: Voice) -> Sentence:
    """Why an interval that leaves out 1 is no effect yet."""
    return voice.says(
        "Niets hier corrigeert voor waarom er bij het ene kind {what} was en bij het andere niet, "
        "dus dit alleen laat niet zien dat het daardoor komt.",
        "Nothing here adjusts for why there was {what} in one child and not in another, so this "
        "alone does not show that it was the cause.",
        what=voice.noun,
    )


def why_naive(voice: Voice) -> Sentence:
    """What is wrong with the naive analysis."""
    return voice.says(
        "De naïeve regel is FOUT en staat er om gezien te worden: zij deelt kinderen in naar wat "
        "later kwam. Wie {what} had, moest tot die dag vrij van de gebeurtenis blijven, en die "
        "tijd telt als winst, ook waar {what} niets doet (onsterfelijke tijd).",
        "The naive row is WRONG and is shown to be seen: it sorts children by what came later. "
        "Those with {what} had to be free of the event until that day, and that time counts in its "
        "favour even where it does nothing (immortal time).",
        what=voice.noun,
    )
