# SPDX-License-Identifier: Apache-2.0
"""A grading scale as a page that a clinician can read and argue with, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Input, ScaleExample, Step
from cartulary.codebook.words import vocabulary

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "grades one": ("grades one", "gradeert één"),
        "confirm": ("To be confirmed", "Te bevestigen"),
        "choices": ("Choices that the sources leave open", "Keuzes die de bronnen openlaten"),
        "in force": ("in force", "geldt"),
        "grades": ("Grades", "Graden"),
        "grade": ("Grade", "Graad"),
        "means": ("What it means", "Wat het betekent"),
        "when": ("When", "Wanneer"),
        "otherwise": ("in all other cases", "in alle andere gevallen"),
        "required": ("needed for grade 0", "nodig voor graad 0"),
        "points": ("Points", "Punten"),
        "sum": ("Sum", "Som"),
        "shorthand": ("Words used above", "Woorden die hierboven staan"),
        "reads": ("What it reads", "Wat ze leest"),
        "fact": ("Fact", "Gegeven"),
        "unit": ("Unit or values", "Eenheid of waarden"),
        "origin": ("Read from", "Gelezen uit"),
        "flags": ("What it says beside the grade", "Wat ze naast de graad zegt"),
        "notes": ("Rules of reading", "Leesregels"),
        "source": ("Source", "Bron"),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "case": ("golden case", "proefgeval"),
        "under": ("with", "met"),
        "yes_no": ("yes or no", "ja of nee"),
    }
)


def scale_page(scale: Scale, lang: str) -> str:
    """The page of one scale in Markdown.

    Arguments: a scale, as `scale_reader.scales` gives them; "en" or "nl".
    Returns: Markdown text that ends in a newline: grades, choices, inputs, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.scale_reader import scales
    >>> scale_page(scales()["marrow_status"], "nl").splitlines()[0]
    '# Beenmerg: Beenmergstatus'
    """
    return "\n".join(_Page(scale, lang).lines()).rstrip() + "\n"


class _Page:
    """One scale in one language."""

    def __init__(self, scale: Scale, lang: str) -> None:
        self.scale = scale
        self.lang = lang

    def say(self, key: str) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang)

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        scale, lang = self.scale, self.lang
        unit = scale.unit.nl if lang == "nl" else scale.unit.en
        combine = scale.combine.nl if lang == "nl" else scale.combine.en
        yield f"# {scale.abbreviation.text(lang)}: {scale.name.text(lang)}"
        yield ""
        edition = f"{self.say('edition')} {scale.edition}"
        yield f"`{scale.id}`, {edition}; {self.say('grades one')} {unit}; {combine}."
        yield from ("", scale.summary.text(lang))
        if scale.confirm is not None:
            yield from ("", f"> **{self.say('confirm')}.** {scale.confirm.text(lang)}")
        yield from ("", f"## {self.say('grades')}", "")
        yield from self.grades()
        if scale.shorthands:
            yield from ("", f"{self.say('shorthand')}:", "")
            yield from (f"- `{{{name}}}`: `{text}`" for name, text in scale.shorthands)
        yield from self.settings()
        yield from self.listed("flags", (f"{flag.words.text(lang)}" for flag in scale.flags))
        yield from self.listed("notes", (note.text(lang) for note in scale.notes))
        yield from ("", f"## {self.say('reads')}", "")
        yield f"| {self.say('fact')} | {self.say('unit')} | {self.say('origin')} |"
        yield "| --- | --- | --- |"
        yield from (self.input(one) for one in scale.inputs)
        yield from ("", f"## {self.say('source')}", "", scale.source.line(lang))
        yield from ("", f"## {self.say('examples')}")
        for example in scale.examples:
            yield from self.example(example)

    def grades(self) -> Iterator[str]:
        """The grades, domain by domain or marker by marker where the scale has those."""
        scale, lang = self.scale, self.lang
        for domain in scale.domains:
            needed = f" ({self.say('required')})" if domain.required else ""
            yield from (f"### {domain.words.text(lang)}{needed}", "")
            yield from self.steps(domain.steps)
            yield ""
        for marker in scale.markers:
            yield from (f"### {marker.words.text(lang)}", "")
            yield from (f"| {self.say('points')} | {self.say('when')} |", "| --- | --- |")
            yield from (f"| {points} | `{text}` |" for points, _, text in marker.rows)
            yield ""
        if scale.bands:
            yield f"| {self.say('sum')} | {self.say('grade')} | {self.say('means')} |"
            yield "| --- | --- | --- |"
            yield from (
                f"| {band.low}–{band.high} | {band.grade} | {band.words.text(lang)} |"
                for band in scale.bands
            )
        if scale.steps:
            rest = () if scale.otherwise is None else (scale.otherwise,)
            yield from self.steps((*scale.steps, *rest))

    def steps(self, steps: Iterable[Step]) -> Iterator[str]:
        """A table of grades, each with its sentence and its condition."""
        yield f"| {self.say('grade')} | {self.say('means')} | {self.say('when')} |"
        yield "| --- | --- | --- |"
        for step in steps:
            when = f"`{step.text}`" if step.text else self.say("otherwise")
            yield f"| {step.grade} | {step.words.text(self.lang)} | {when} |"

    def settings(self) -> Iterator[str]:
        """Each open choice, why it is open, and which option is in force."""
        if self.scale.settings:
            yield from ("", f"## {self.say('choices')}")
        for setting in self.scale.settings:
            yield from ("", f"`{setting.id}`: {setting.why.text(self.lang)}", "")
            for option in setting.options:
                mark = f" **({self.say('in force')})**" if option.id == setting.chosen else ""
                filled = "; ".join(f"`{{{name}}}`: `{text}`" for name, text in option.use.items())
                yield f"- `{option.id}`{mark}: {option.words.text(self.lang)} ({filled})"

    def listed(self, title: str, sentences: Iterable[str]) -> Iterator[str]:
        """A section of sentences; nothing when there are none."""
        found = [f"- {sentence}" for sentence in sentences]
        if found:
            yield from ("", f"## {self.say(title)}", "", *found)

    def input(self, one: Input) -> str:
        """One row of the table of inputs."""
        origin = one.source.nl if self.lang == "nl" else one.source.en
        unit = one.unit or ", ".join(one.codes)
        if not unit and one.kind.value == "yes_no":
            unit = self.say("yes_no")
        return f"| {one.label.text(self.lang)} (`{one.name}`) | {unit} | {origin} |"

    def example(self, example: ScaleExample) -> Iterator[str]:
        """One worked example: its sentence, its settings, its table."""
        case = "" if example.case is None else f" ({self.say('case')} {example.case})"
        under = ", ".join(f"`{name}` = `{value}`" for name, value in example.settings.items())
        with_settings = f" [{self.say('under')} {under}]" if under else ""
        yield from ("", f"{example.says.text(self.lang)}{case}{with_settings}", "", "```text")
        yield from (line.rstrip() for line in example.table.splitlines() if line.strip())
        yield "```"
