# SPDX-License-Identifier: Apache-2.0
"""The fixed words of a question's page, in English and Dutch."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.words import Vocabulary, vocabulary

WORDS: Final[Vocabulary] = vocabulary(
    {
        "simulated": (
            "Simulated children; research, not for decisions",
            "Gesimuleerde kinderen; onderzoek, niet voor beslissingen",
        ),
        "provisional": (
            "provisional parameters, not calibrated",
            "voorlopige parameters, niet gekalibreerd",
        ),
        "not_a_device": ("Not a medical device", "Geen medisch hulpmiddel"),
        "curves": (
            "{what}, months after the indication: {kind}.",
            "{what}, maanden na de indicatie: {kind}.",
        ),
        "curve_efs": ("Event-free", "Eventvrij"),
        "curve_os": ("Alive", "In leven"),
        "article_says": ("The article:", "Het artikel:"),
        "answer": ("Answer", "Antwoord"),
        "cannot_tell": ("The model cannot tell.", "Het model kan het niet zeggen."),
        "on_guesses": (
            "The model cannot tell for certain: its answer rests on guesses.",
            "Het model kan het niet met zekerheid zeggen: het antwoord rust op aannames.",
        ),
        "same": (
            "Within the model this makes no difference at all.",
            "Binnen het model maakt dit geen enkel verschil.",
        ),
        "sentence": (
            "{outcome}: {one} with “{arm}” and {other} with “{against}”, {difference}.",
            "{outcome}: {one} bij ‘{arm}’ en {other} bij ‘{against}’, {difference}.",
        ),
        "uncertain": (
            "What we do not know leaves {parameters} open; chance alone makes {chance} between "
            "two groups of {size} children.",
            "Wat we niet weten laat {parameters} open; toeval alleen maakt al {chance} tussen "
            "twee groepen van {size} kinderen.",
        ),
        "uncertain_noise": (
            "What we do not know is hidden in the noise of so few simulated children; chance alone "
            "makes {chance} between two groups of {size}.",
            "Wat we niet weten gaat schuil in de ruis van zo weinig gesimuleerde kinderen; toeval "
            "alleen maakt al {chance} tussen twee groepen van {size}.",
        ),
        "within_noise": (
            "too little to tell from the noise of simulating",
            "te weinig om van de ruis van het simuleren te onderscheiden",
        ),
        "also": (
            "“{arm}” beside “{against}”: {difference} ({parameters}).",
            "‘{arm}’ naast ‘{against}’: {difference} ({parameters}).",
        ),
        "other_way": (
            "In {share} of the draws it is the other way round.",
            "In {share} van de trekkingen is het andersom.",
        ),
        "points_more": ("{points} percentage points more", "{points} procentpunt meer"),
        "points_less": ("{points} percentage points less", "{points} procentpunt minder"),
        "points_none": ("no difference", "geen verschil"),
        "days_more": ("{days} days more", "{days} dagen meer"),
        "days_less": ("{days} days less", "{days} dagen minder"),
        "times": ("{times} times as much", "{times} maal zoveel"),
        "from_to": ("{low} to {high}", "{low} tot {high}"),
        "guess_range": (
            "With other values of what is guessed the difference runs from {low} to {high}.",
            "Met andere waarden van wat is aangenomen loopt het verschil van {low} tot {high}.",
        ),
        "guess_flips": (
            "With another value of what is guessed the difference turns round.",
            "Met een andere waarde van wat is aangenomen keert het verschil om.",
        ),
        "differences": ("Differences", "Verschillen"),
        "outcome": ("outcome", "uitkomst"),
        "first": ("first", "eerste"),
        "second": ("second", "tweede"),
        "difference": ("difference", "verschil"),
        "unknown": ("what we do not know", "wat we niet weten"),
        "chance": ("what chance does, {size} a group", "wat toeval doet, {size} per groep"),
        "children": ("children", "kinderen"),
        "beside": ("{arm}, against {against}", "{arm}, tegenover {against}"),
        "table_note": (
            "Differences of shares in percentage points, first less second; “×” is a ratio of "
            "medians. Each 95%. Children: so many a policy until chance is no greater than what "
            "we do not know.",
            "Verschillen van aandelen in procentpunten, eerste min tweede; ‘×’ is een "
            "verhouding van medianen. Telkens 95%. Kinderen: zoveel per beleid tot toeval niet "
            "groter is dan wat we niet weten.",
        ),
        "observed": ("Beside what was seen", "Naast wat is gezien"),
        "observed_at": (
            "{outcome}, {arm}: model {value} ({low} to {high}), seen {seen} in {cohort}{scale}.",
            "{outcome}, {arm}: model {value} ({low} tot {high}), gezien {seen} in {cohort}{scale}.",
        ),
        "of": ("{events} of {n}", "{events} van {n}"),
        "interval": ("{low} to {high}", "{low} tot {high}"),
        "added": (", interval ours", ", interval van ons"),
        "no_interval": ("no interval printed", "geen interval gedrukt"),
        "unconfirmed": (", unconfirmed", ", onbevestigd"),
        "other_scale": (" (another scale)", " (andere schaal)"),
        "per_infusion": (" infusions", " infusies"),
        "per_child": (" children", " kinderen"),
        "drivers": ("What the size of it hangs on", "Waar de grootte van afhangt"),
        "drivers_of": (
            "{outcome}: share of what we do not know",
            "{outcome}: aandeel van wat we niet weten",
        ),
        "parameter": ("parameter", "parameter"),
        "share": ("share", "aandeel"),
        "support": ("support", "steun"),
        "everything_else": ("everything else", "al het andere"),
        "too_few_draws": (
            "Too few draws, or too little beyond the noise of simulating, to say what drives it.",
            "Te weinig trekkingen, of te weinig boven de ruis van het simuleren, om te zeggen "
            "waar het van afhangt.",
        ),
        "guesses": ("Guessed, and not in those uncertainties", "Aangenomen, en niet in die marges"),
        "guess": ("guess", "aanname"),
        "taken": ("taken", "gekozen"),
        "instead": ("difference with another value", "verschil bij een andere waarde"),
        "left_out": ("What it leaves out", "Wat het weglaat"),
        "settles": ("What would settle it", "Wat uitsluitsel zou geven"),
        "settling_size": (
            "{words}. {power} children a policy give 80% power to see a difference as large as "
            "the model expects ({difference}).",
            "{words}. {power} kinderen per beleid geven 80% kans om een verschil te zien zo "
            "groot als het model verwacht ({difference}).",
        ),
        "settling_none": (
            "{words}. The model expects no difference to plan it by.",
            "{words}. Het model verwacht geen verschil om het op te plannen.",
        ),
        "sources": ("Sources", "Bronnen"),
        "rough": (
            "{draws} draws: the intervals are rough.",
            "{draws} trekkingen: de intervallen zijn grof.",
        ),
        "unresolved": (
            "° hardly more than the noise of simulating {children} children a draw.",
            "° nauwelijks meer dan de ruis van {children} gesimuleerde kinderen per trekking.",
        ),
        "foot": (
            "{draws} draws ({posterior}) of {children} children, the same in every arm; seed "
            "{seed}; Cartulary {version}.",
            "{draws} trekkingen ({posterior}) van {children} kinderen, in elke arm dezelfde; "
            "startgetal {seed}; Cartulary {version}.",
        ),
        "arms": ("The arms", "De armen"),
        "strip_unknown": (
            "The parameters leave {low} to {high} open.",
            "De parameters laten {low} tot {high} open.",
        ),
        "strip_chance": ("Chance makes {low} to {high}.", "Toeval maakt {low} tot {high}."),
        "page": ("page", "pagina"),
        "question": ("question", "vraag"),
    }
)


def say(name: str, lang: str, **values: object) -> str:
    """A fixed word or sentence with its values.

    >>> say("other_way", "nl", share="12%")
    'In 12% van de trekkingen is het andersom.'
    """
    text = WORDS[name].text(lang)
    return text.format(**values) if values else text
