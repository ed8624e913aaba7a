# SPDX-License-Identifier: Apache-2.0
"""A published curve as a page: what was printed, how it was read, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.curve import CurveFile, Landmark
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.words import vocabulary

_MONTH: Final = 365.25 / 12
_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "child": ("counted per child", "geteld per kind"),
        "infusion": ("counted per infusion", "geteld per infusie"),
        "approximate": (
            "Approximate: known from printed figures alone; the drawing was not read.",
            "Bij benadering: alleen bekend uit gedrukte cijfers; de tekening is niet afgelezen.",
        ),
        "digitised": ("Read from the drawing.", "Afgelezen van de tekening."),
        "what": ("What it is of", "Waarover het gaat"),
        "endpoint": ("Endpoint", "Eindpunt"),
        "not_stated": ("not stated", "niet vermeld"),
        "cohort": ("Published cohort", "Gepubliceerd cohort"),
        "cause": ("Event", "Gebeurtenis"),
        "printed": ("What was printed", "Wat is gedrukt"),
        "month": ("Month", "Maand"),
        "day": ("Day", "Dag"),
        "survival": ("Survival", "Overleving"),
        "limits": ("95% interval", "95%-interval"),
        "use": ("Used", "Gebruikt"),
        "yes": ("to rebuild", "om te herbouwen"),
        "no": ("to check only", "alleen ter controle"),
        "median": ("printed as the median", "gedrukt als mediaan"),
        "not_printed": ("not printed", "niet gedrukt"),
        "at_risk": ("Numbers at risk", "Aantallen nog gevolgd"),
        "number": ("At risk", "Nog gevolgd"),
        "points": ("Points read from the drawing: {n}.", "Punten afgelezen van de tekening: {n}."),
        "note": ("Before you use it", "Voordat u hem gebruikt"),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "example": (
            "- {says}: survival {share} on day {day} of the rebuilt curve (± {within} in a "
            "hundred).",
            "- {says}: overleving {share} op dag {day} van de herbouwde curve (± {within} op de "
            "honderd).",
        ),
        "editors": ("For those who edit this curve", "Voor wie deze curve bewerkt"),
        "file": ("The file:", "Het bestand:"),
        "rebuild": ("To rebuild its children:", "Om de kinderen erachter te herbouwen:"),
    }
)  # fmt: skip
#: A cause stands in the file in English; these are those that shipped curves speak of.
_CAUSES: Final = vocabulary(
    {
        "death": ("death", "overlijden"),
        "relapse or death": ("relapse or death", "recidief of overlijden"),
        "no remission, relapse or death": (
            "no remission, relapse or death",
            "geen remissie, recidief of overlijden",
        ),
    }
)


def curve_page(curve: CurveFile, lang: str) -> str:
    """The page of one published curve in Markdown.

    Arguments: a curve, as `curve_file.curves` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: figures as printed, note, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.curve_file import curve_named
    >>> curve_page(curve_named("eliana_nejm_2018_os"), "en").splitlines()[0]
    '# ELIANA, NEJM 2018: overall survival of the 75 infused'
    """
    return "\n".join(_Page(curve, lang).lines()).rstrip() + "\n"


class _Page:
    """One curve in one language."""

    def __init__(self, curve: CurveFile, lang: str) -> None:
        self.curve = curve
        self.lang = lang

    def say(self, key: str) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang)

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        curve, lang = self.curve, self.lang
        yield f"# {curve.name.text(lang)}"
        edition = f"{self.say('edition')} {curve.edition}"
        yield from ("", f"`{curve.curve_id}`, {edition}, n = {curve.n}, {self.say(curve.unit)}.")
        yield from ("", self.say("approximate" if curve.is_approximate else "digitised"))
        if curve.note.en:
            yield from ("", f"> **{self.say('note')}.** {curve.note.text(lang)}")
        yield from (
            "",
            f"## {self.say('what')}",
            "",
            f"- {self.say('endpoint')}: {self.endpoint()}",
        )
        cause = _CAUSES[curve.cause].text(lang) if curve.cause in _CAUSES else curve.cause
        yield f"- {self.say('cause')}: {cause}"
        if curve.benchmark:
            yield f"- {self.say('cohort')}: `{curve.benchmark}`"
        yield from self.printed()
        yield from ("", f"## {self.say('source')}", "", curve.source.line(lang))
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}", "")
        for example in curve.examples:
            yield (
                _WORDS["example"]
                .text(lang)
                .format(
                    says=example.says.text(lang),
                    share=self.percent(example.share),
                    day=f"{example.day:g}",
                    within=f"{100 * example.within:g}",
                )
            )
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{curve.file}`")
        yield from ("", f"{self.say('rebuild')} `cartulary reconstruct {curve.curve_id}`")

    def endpoint(self) -> str:
        """The endpoint by name and id."""
        known = endpoints()
        if self.curve.endpoint not in known:
            return self.say("not_stated")
        name = known[self.curve.endpoint].definition.name.text(self.lang)
        return f"{name} (`{self.curve.endpoint}`)"

    def printed(self) -> Iterator[str]:
        """Printed survivals, numbers at risk, and how many points were read."""
        curve = self.curve
        if curve.landmarks:
            yield from ("", f"## {self.say('printed')}", "")
            heads = ("month", "day", "survival", "limits", "use")
            yield f"| {' | '.join(self.say(head) for head in heads)} |"
            yield "| ---: | ---: | ---: | --- | --- |"
            yield from (self.row(mark) for mark in curve.landmarks)
        if curve.at_risk:
            yield from ("", f"## {self.say('at_risk')}", "")
            yield f"| {self.say('day')} | {self.say('number')} |"
            yield "| ---: | ---: |"
            yield from (f"| {day:.0f} | {number:g} |" for day, number in curve.at_risk)
        if curve.coordinates:
            yield from ("", self.say("points").format(n=len(curve.coordinates)))

    def row(self, mark: Landmark) -> str:
        """One printed survival."""
        limits = self.say("not_printed")
        if mark.low is not None and mark.high is not None:
            joint = " tot " if self.lang == "nl" else " to "
            limits = joint.join(self.percent(limit) for limit in (mark.low, mark.high))
        use = self.say("no" if mark.held_out else "yes")
        if mark.printed_median:
            use += f"; {self.say('median')}"
        month = f"{round(mark.day / _MONTH, 1):g}"
        cells = (month, f"{mark.day:g}", self.percent(mark.share), limits, use)
        return f"| {' | '.join(cells)} |"

    def percent(self, share: float) -> str:
        """A share as it was printed."""
        text = f"{round(100 * share, 6):g}%"
        return text.replace(".", ",") if self.lang == "nl" else text
