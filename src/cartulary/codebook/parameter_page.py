# SPDX-License-Identifier: Apache-2.0
"""One file of the twin's parameters as a page that a modeller can argue with, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cartulary.codebook.parameter_reader import ParameterFile
from cartulary.codebook.parameter_set import (
    REFERENCE_WEIGHT_KG,
    Correlation,
    Parameter,
    ParameterSupport,
    SpreadScale,
)
from cartulary.codebook.words import Words, vocabulary

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "confirm": (
            "Not known, but chosen or fitted",
            "Niet bekend, maar gekozen of gefit",
        ),
        "parameters": ("Parameters", "Parameters"),
        "what": ("What", "Wat"),
        "symbol": ("Symbol", "Symbool"),
        "value": ("Typical value", "Gewone waarde"),
        "unit": ("Unit", "Eenheid"),
        "spread": ("Spread between children", "Spreiding tussen kinderen"),
        "bounds": ("Bounds", "Grenzen"),
        "support": ("Support", "Onderbouwing"),
        "source": ("Source", "Bron"),
        "fitted": ("fitted", "gefit"),
        "weight": ("in a body of {kg} kg", "in een lichaam van {kg} kg"),
        "sources": ("Sources", "Bronnen"),
        "titles": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "notes": ("Notes", "Toelichting"),
        "traits": ("Traits that the population decides", "Eigenschappen die de populatie bepaalt"),
        "correlations": ("What goes together", "Wat samengaat"),
        "between": ("Between", "Tussen"),
        "and": ("and", "en"),
        "correlation": ("Correlation", "Correlatie"),
        "why": ("Why", "Waarom"),
        "editors": ("For those who edit these parameters", "Voor wie deze parameters bewerkt"),
        "file": ("The file:", "Het bestand:"),
    }
)
_SPREADS: Final = {
    SpreadScale.LOG: Words("log-SD {spread}", "log-SD {spread}"),
    SpreadScale.LINEAR: Words("SD {spread}", "SD {spread}"),
    SpreadScale.LOGIT: Words("SD {spread} in log odds", "SD {spread} in log-odds"),
}
_DUTCH_UNITS: Final = {
    "day": "dag",
    "days": "dagen",
    "cell": "cel",
    "cells": "cellen",
    "fold": "voud",
    "share": "aandeel",
    "years": "jaar",
    "hours": "uur",
    "month": "maand",
    "months": "maanden",
    "year": "jaar",
    "unit": "eenheid",
    "copies": "kopieën",
}


def parameter_page(shown: ParameterFile, lang: str) -> str:
    """The page of one file of parameters in Markdown.

    Arguments: a file, as `parameter_reader.parameter_files` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: values, correlations, sources.
    Refuses nothing.

    >>> from cartulary.codebook.parameter_reader import parameter_files
    >>> parameter_page(parameter_files()["car_t_cells"], "nl").splitlines()[0]
    '# CAR-T-cellen'
    """
    return "\n".join(_Page(shown, lang).lines()).rstrip() + "\n"


class _Page:
    """One file in one language."""

    def __init__(self, shown: ParameterFile, lang: str) -> None:
        self.shown = shown
        self.lang = lang
        used = [one.source for one in shown.parameters]
        used += [one.source for one in shown.correlations]
        self.sources = list(dict.fromkeys(used))

    def say(self, key: str, **values: object) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang).format(**values)

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        shown, lang = self.shown, self.lang
        yield f"# {shown.name.text(lang)}"
        yield from ("", f"`{shown.file_id}`, {self.say('edition')} {shown.edition}.")
        yield from ("", shown.summary.text(lang))
        guesses = [p for p in shown.parameters if p.support is ParameterSupport.SPECULATIVE]
        if guesses:
            yield from ("", f"> **{self.say('confirm')}.** {self.guessed(len(guesses))}")
        if shown.parameters:
            yield from ("", f"## {self.say('parameters')}", "", *self.table())
        if shown.traits:
            yield from ("", f"## {self.say('traits')}", "")
            yield from (f"- {one.words.text(lang)} (`{one.name}`)" for one in shown.traits)
        if shown.correlations:
            yield from ("", f"## {self.say('correlations')}", "", *self.correlations())
        notes = [one for one in shown.parameters if one.note.en]
        if notes:
            yield from ("", f"## {self.say('notes')}", "")
            yield from (f"- {one.words.text(lang)}: {one.note.text(lang)}" for one in notes)
        yield from ("", f"## {self.say('sources')}", "")
        yield from (f"{n}. {one.line(lang)}" for n, one in enumerate(self.sources, start=1))
        if lang != "en":
            yield from ("", self.say("titles"))
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{shown.file}`")

    def guessed(self, count: int) -> str:
        """How many of the values are speculative, as a sentence."""
        of = len(self.shown.parameters)
        if self.lang == "nl":
            return f"{count} van de {of} waarden zijn speculatief."
        return f"{count} of the {of} values are speculative."

    def table(self) -> Iterator[str]:
        """The parameters as a table."""
        keys = ("what", "symbol", "value", "unit", "spread", "bounds", "support", "source")
        yield f"| {' | '.join(self.say(key) for key in keys)} |"
        yield "| --- | --- | ---: | --- | --- | --- | --- | ---: |"
        for one in self.shown.parameters:
            yield f"| {' | '.join(self.row(one))} |"

    def row(self, one: Parameter) -> tuple[str, ...]:
        """The cells of one parameter."""
        support = one.support.nl if self.lang == "nl" else one.support.en
        kg = f"{REFERENCE_WEIGHT_KG:g}"
        weight = f" {self.say('weight', kg=kg)}" if one.with_weight else ""
        spread = ""
        if one.spread > 0:
            spread = _SPREADS[one.scale].text(self.lang).format(spread=self.number(one.spread))
        bounds = f"{self.number(one.low)} – {self.number(one.high)}"
        return (
            f"{one.words.text(self.lang)} (`{one.name}`)",
            one.symbol,
            self.number(one.value),
            self.unit(one.unit) + weight,
            spread,
            bounds,
            f"{support}, {self.say('fitted')}" if one.fitted else support,
            str(self.sources.index(one.source) + 1),
        )

    def unit(self, unit: str) -> str:
        """A unit in the language of the page; a bare number has none."""
        if unit == "1":
            return ""
        if self.lang == "nl":
            return re.sub("[a-z]+", lambda word: _DUTCH_UNITS.get(word[0], word[0]), unit)
        return unit

    def correlations(self) -> Iterator[str]:
        """The correlations as a table."""
        keys = ("between", "correlation", "why", "support", "source")
        yield f"| {' | '.join(self.say(key) for key in keys)} |"
        yield "| --- | ---: | --- | --- | ---: |"
        for one in self.shown.correlations:
            yield f"| {' | '.join(self.correlation(one))} |"

    def correlation(self, one: Correlation) -> tuple[str, ...]:
        """The cells of one correlation."""
        return (
            f"`{one.one}` {self.say('and')} `{one.other}`",
            self.number(one.value),
            one.note.text(self.lang),
            one.support.nl if self.lang == "nl" else one.support.en,
            str(self.sources.index(one.source) + 1),
        )

    def number(self, value: float) -> str:
        """A number as it was written, with the decimal mark of the language."""
        text = f"{value:g}"
        return text.replace(".", ",") if self.lang == "nl" else text
