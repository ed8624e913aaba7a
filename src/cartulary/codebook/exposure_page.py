# SPDX-License-Identifier: Apache-2.0
"""An exposure as a page that a clinician can read and argue with, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.course_words import course_lines
from cartulary.codebook.definition_page import moment_words
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import Moment, reason_words
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.exposure import Exposure, ExposureExample, exposure_search
from cartulary.codebook.words import Words, vocabulary

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "counted per": ("counted per child", "geteld per kind"),
        "confirm": ("Confirm with a clinician", "Te bevestigen door een clinicus"),
        "ours": ("This reading is our own choice.", "Deze lezing is onze eigen keuze."),
        "judged": ("Judged by", "Beoordeeld met"),
        "what": (
            "What begins it, and what rules it out",
            "Wat het doet beginnen, en wat het uitsluit",
        ),
        "moment": ("What happens", "Wat er gebeurt"),
        "role": ("Role", "Rol"),
        "precisely": ("Precisely", "Precies"),
        "start": ("begins the exposure", "begin van de blootstelling"),
        "stop": (
            "rules it out from then on",
            "sluit blootstelling vanaf dan uit",
        ),
        "look": ("shows that somebody looked", "laat zien dat ernaar is gekeken"),
        "rules": ("Rules of reading", "Leesregels"),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "editors": ("For those who edit this exposure", "Voor wie deze blootstelling bewerkt"),
        "file": ("The file:", "Het bestand:"),
    }
)  # fmt: skip
_RULES: Final = (
    Words(
        "The first of the moments that begin it counts. On one day, what rules it out goes first.",
        "Het eerste van de momenten die het doen beginnen telt. Op één dag gaat voor wat het "
        "uitsluit.",
    ),
    Words(
        "A child is without it up to and including that day, and after it from the day after. An "
        "event on the day itself belongs to the time without.",
        "Tot en met die dag is een kind zonder, vanaf de dag erna met. Een gebeurtenis op de dag "
        "zelf hoort bij de tijd zonder.",
    ),
    Words(
        "Nobody is sorted by what came later: whoever was exposed had to live free of the event "
        "until then (immortal time). The one analysis that does so is marked as wrong.",
        "Niemand wordt ingedeeld naar wat later kwam: wie blootgesteld raakte, moest tot dan vrij "
        "van de gebeurtenis leven (onsterfelijke tijd). De ene analyse die dat wel doet, is als "
        "fout gemerkt.",
    ),
    Words(
        "A child in whom it happened on an unknown day is left out and counted.",
        "Een kind bij wie het op een onbekende dag gebeurde, wordt weggelaten en geteld.",
    ),
)


def exposure_page(exposure: Exposure, lang: str) -> str:
    """The page of one exposure in Markdown.

    Arguments: an exposure, as `exposure_reader.exposures` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: moments, rules, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.exposure_reader import exposure
    >>> exposure_page(exposure("second_infusion"), "nl").splitlines()[0]
    '# Tweede infusie in remissie'
    """
    return "\n".join(_Page(exposure, lang).lines()).rstrip() + "\n"


class _Page:
    """One exposure in one language."""

    def __init__(self, exposure: Exposure, lang: str) -> None:
        self.exposure = exposure
        self.lang = lang
        self.judged_by = endpoint(exposure.endpoint)
        self.search = exposure_search(exposure, self.judged_by).definition

    def say(self, key: str) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang)

    def either(self, en: str, nl: str) -> str:
        """One of two texts."""
        return nl if self.lang == "nl" else en

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        shown, lang = self.exposure, self.lang
        yield f"# {shown.name.text(lang)}"
        edition = f"{self.say('edition')} {shown.edition}"
        yield from ("", f"`{shown.exposure_id}`, {edition}, {self.say('counted per')}.")
        yield from ("", shown.summary.text(lang))
        said = [self.say("ours")] if shown.source.support == "ours" else []
        if shown.confirm is not None:
            said.append(shown.confirm.text(lang))
        if said:
            yield from ("", f"> **{self.say('confirm')}.** {' '.join(said)}")
        yield from ("", f"## {self.say('what')}", "")
        yield f"| {self.say('moment')} | {self.say('role')} | {self.say('precisely')} |"
        yield "| --- | --- | --- |"
        yield from (self.row(moment, "start") for moment in shown.starts)
        yield from (self.row(moment, "stop") for moment in shown.stops)
        yield from (self.row(moment, "look") for moment in shown.looks)
        yield from ("", f"## {self.say('judged')}", "", *self.judged())
        yield from ("", f"## {self.say('rules')}", "")
        yield from (f"- {rule.text(lang)}" for rule in _RULES)
        yield from ("", f"## {self.say('source')}", "", shown.source.line(lang))
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}")
        for example in shown.examples:
            yield from self.example(example)
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{shown.file}`")
        if shown.event_of:
            of = self.either("Its moments are those of", "De momenten zijn die van")
            yield from ("", f"{of} `{shown.event_of}`.")

    def row(self, moment: Moment, role: str) -> str:
        """What happens, what it does, and precisely when."""
        words = moment_words(self.search, moment, self.lang)
        precisely = f"{words[:1].upper()}{words[1:]}."
        return f"| {moment.words.text(self.lang)} | {self.say(role)} | {precisely} |"

    def judged(self) -> Iterator[str]:
        """Endpoint, landmarks and plan, as sentences."""
        shown, definition = self.exposure, self.judged_by.definition
        name = definition.name.text(self.lang)
        marks = ", ".join(str(day) for day in shown.landmarks)
        yield self.either(
            f"- {name} (`{shown.endpoint}`), unless another endpoint is asked for.",
            f"- {name} (`{shown.endpoint}`), tenzij om een ander eindpunt wordt gevraagd.",
        )
        yield self.either(
            f"- Landmarks on days {marks} of that clock.", f"- Peildagen {marks} van die klok."
        )
        if shown.grace_day is not None:
            yield self.either(
                f"- It can be planned: given by day {shown.grace_day}, against not by then.",
                f"- Het kan een plan zijn: gegeven op uiterlijk dag {shown.grace_day}, tegenover "
                "dan nog niet.",
            )
        else:
            yield self.either(
                "- It is not compared as a plan (no clone-censor-weight).",
                "- Het wordt niet als plan vergeleken (geen clone-censor-weight).",
            )

    def example(self, example: ExposureExample) -> Iterator[str]:
        """One worked example: the sentence, the drawing, and what is found."""
        yield from ("", example.says.text(self.lang), "")
        yield from course_lines(course_from_drawing(example.course), self.lang)
        yield from ("", f"- {self.found(example)}")

    def found(self, example: ExposureExample) -> str:
        """What is found in an example, in a sentence."""
        expected = example.expect
        if expected.why_not:
            reason = reason_words(expected.why_not, self.lang)
            return self.either(f"Left out: {reason}.", f"Weggelaten: {reason}.")
        if expected.day is not None:
            return self.either(
                f"Exposed from day {expected.day} of the clock.",
                f"Blootgesteld vanaf dag {expected.day} van de klok.",
            )
        if expected.stopped_by:
            what = self.exposure.words_of_stop(expected.stopped_by, self.lang)
            return self.either(
                f"Not exposed: first came {what}.", f"Niet blootgesteld: eerst {what}."
            )
        return self.either("Never exposed.", "Nooit blootgesteld.")
