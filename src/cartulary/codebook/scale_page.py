# SPDX-License-Identifier: Apache-2.0
"""A grading scale as a page that a clinician can read and argue with, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from cartulary.codebook.condition_words import (
    NAMED,
    condition_words,
    value_words,
    words_of_inputs,
)
from cartulary.codebook.expression import parse
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_examples import cell_value, drawn_rows
from cartulary.codebook.scale_parts import Input, ScaleExample, Setting, Step
from cartulary.codebook.words import vocabulary
from cartulary.course.events.observation import Analyte
from cartulary.course.units import UNIT_OF_ANALYTE

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "grades one": ("grades one", "gradeert één"),
        "confirm": ("Confirm with a clinician", "Te bevestigen door een clinicus"),
        "ours": ("This scale is our own choice.", "Deze schaal is onze eigen keuze."),
        "choices": ("Choices that the sources leave open", "Keuzes die de bronnen openlaten"),
        "chosen": (
            "What is in force here is our choice: confirm it with a clinician.",
            "Wat hier geldt is onze keuze: te bevestigen door een clinicus.",
        ),
        "in force": ("in force", "geldt"),
        "grades": ("Grades", "Graden"),
        "classes": ("Classes", "Klassen"),
        "grade": ("Grade", "Graad"),
        "class": ("Class", "Klasse"),
        "means": ("What it means", "Wat het betekent"),
        "when": ("Precisely", "Precies"),
        "otherwise": ("in all other cases", "in alle andere gevallen"),
        "required": ("needed for grade 0", "nodig voor graad 0"),
        "points": ("Points", "Punten"),
        "sum": ("Sum", "Som"),
        "terms": ("What is meant above by", "Wat hierboven wordt bedoeld met"),
        "reads": ("What it reads", "Wat ze leest"),
        "fact": ("Fact", "Gegeven"),
        "unit": ("Unit or values", "Eenheid of waarden"),
        "origin": ("Read from", "Gelezen uit"),
        "flags": ("What it says beside the grade", "Wat ze naast de graad zegt"),
        "beside": ("Said beside it", "Wordt erbij gezegd"),
        "missing": ("Not recorded", "Niet vastgelegd"),
        "stopped_on": ("Last day that counts", "Laatste dag die telt"),
        "score": ("Points", "Punten"),
        "none": ("cannot be graded", "niet te graderen"),
        "day": ("day", "dag"),
        "notes": ("Rules of reading", "Leesregels"),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "case": ("golden case", "proefgeval"),
        "under": ("With", "Met"),
        "yes_no": ("yes or no", "ja of nee"),
        "number": ("number", "getal"),
        "editors": ("For those who edit this scale", "Voor wie deze schaal bewerkt"),
        "file": (
            "The file, and each name and condition as it is written there:",
            "Het bestand, en elke naam en voorwaarde zoals die daar staat:",
        ),
    }
)
_HOLE: Final = re.compile(r"\{([a-z_0-9]+)\}")
_SPAN: Final = re.compile(r"(\d+)(?:-(\d+))?:(\S+)")


def scale_page(scale: Scale, lang: str) -> str:
    """The page of one scale in Markdown.

    Arguments: a scale, as `scale_reader.scales` gives them; "en" or "nl".
    Returns: Markdown text that ends in a newline: grades, choices, inputs, source, examples, and
    last the names and conditions as the file writes them.
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
        self.named = {one.name: one for one in scale.shorthands}
        self.facts = words_of_inputs(
            scale.inputs, {one.name: one.words for one in scale.shorthands if one.words.en}
        )
        self.fillings = {
            name: text for one in scale.settings for name, text in one.option.use.items()
        }
        self.numbered = all(isinstance(grade, int) for grade in scale.grades)

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
        to_confirm = [self.say("ours")] if scale.source.support == "ours" else []
        if scale.confirm is not None:
            to_confirm.append(scale.confirm.text(lang))
        if to_confirm:
            yield from ("", f"> **{self.say('confirm')}.** {' '.join(to_confirm)}")
        yield from ("", f"## {self.say('grades' if self.numbered else 'classes')}", "")
        yield from self.grades()
        yield from self.terms()
        yield from self.settings()
        yield from self.listed("flags", (flag.words.text(lang) for flag in scale.flags))
        yield from self.listed("notes", (note.text(lang) for note in scale.notes))
        yield from ("", f"## {self.say('reads')}", "")
        yield f"| {self.say('fact')} | {self.say('unit')} | {self.say('origin')} |"
        yield "| --- | --- | --- |"
        yield from (self.input(one) for one in scale.inputs)
        yield from ("", f"## {self.say('source')}", "", scale.source.line(lang))
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}")
        for example in scale.examples:
            yield from self.example(example)
        yield from ("", f"## {self.say('editors')}", "")
        yield from (f"{self.say('file')} `{scale.id}.toml`", "")
        yield from self.written()

    def precisely(self, text: str) -> str:
        """A condition of the file in words: its settings filled in, its parts by their names."""
        return condition_words(parse(self.filled(text)), self.facts, self.lang)

    def filled(self, text: str) -> str:
        """The text with every setting in force and every part that has no words written out."""

        def of(match: re.Match[str]) -> str:
            name = match[1]
            if NAMED + name in self.facts:
                return f"({NAMED}{name} is known)"
            if name in self.named:
                return f"({self.filled(self.named[name].text)})"
            return self.fillings[name]

        return _HOLE.sub(of, text)

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
            yield from (f"| {points} | {self.precisely(text)} |" for points, _, text in marker.rows)
            yield ""
        if scale.bands:
            yield f"| {self.say('sum')} | {self.say('class')} |"
            yield "| --- | --- |"
            yield from (
                f"| {band.low}–{band.high} | {band.words.text(lang)} |" for band in scale.bands
            )
        if scale.steps:
            rest = () if scale.otherwise is None else (scale.otherwise,)
            yield from self.steps((*scale.steps, *rest))

    def steps(self, steps: Iterable[Step]) -> Iterator[str]:
        """A table of grades or classes, each with its sentence and its condition in words."""
        heads = ("grade", "means", "when") if self.numbered else ("class", "when")
        yield f"| {' | '.join(self.say(head) for head in heads)} |"
        yield "| --- | --- | --- |" if self.numbered else "| --- | --- |"
        for step in steps:
            when = self.precisely(step.text) if step.text else self.say("otherwise")
            grade = f"| {step.grade} " if self.numbered else ""
            yield f"{grade}| {step.words.text(self.lang)} | {when} |"

    def terms(self) -> Iterator[str]:
        """What each part with a name of its own stands for, where a grade speaks of it."""
        spoken = self.spoken_of()
        named = [one for one in self.scale.shorthands if one.words.en and one.name in spoken]
        if named:
            yield from ("", f"{self.say('terms')}:", "")
        for one in named:
            yield f"- *{one.words.text(self.lang)}*: {self.precisely(one.text)}."

    def spoken_of(self) -> set[str]:
        """The parts with a name that the grades read, and those that these read."""
        scale = self.scale
        steps = (*scale.steps, *(step for domain in scale.domains for step in domain.steps))
        texts = [step.text for step in steps]
        texts += [text for marker in scale.markers for _, _, text in marker.rows]
        found: set[str] = set()
        while texts:
            new = {*_HOLE.findall(texts.pop())} & {*self.named} - found
            found |= new
            texts += [self.named[name].text for name in new]
        return found

    def settings(self) -> Iterator[str]:
        """Each open choice, why it is open, and which option is in force."""
        if self.scale.settings:
            yield from ("", f"## {self.say('choices')}", "", self.say("chosen"))
        for setting in self.scale.settings:
            yield from ("", setting.why.text(self.lang), "")
            for option in setting.options:
                mark = f" **({self.say('in force')})**" if option.id == setting.chosen else ""
                yield f"- {option.words.text(self.lang)}{mark}"

    def listed(self, title: str, sentences: Iterable[str]) -> Iterator[str]:
        """A section of sentences; nothing when there are none."""
        found = [f"- {sentence}" for sentence in sentences]
        if found:
            yield from ("", f"## {self.say(title)}", "", *found)

    def input(self, one: Input) -> str:
        """One row of the table of inputs."""
        origin = one.source.nl if self.lang == "nl" else one.source.en
        fact = self.facts[one.name]
        values = fact.unit_in(self.lang)
        if not values and one.codes:
            values = "; ".join(value_words(fact, code, self.lang) for code in one.codes)
        if not values:
            values = self.say("yes_no" if one.kind.value == "yes_no" else "number")
        return f"| {one.label.text(self.lang)} | {values} | {origin} |"

    def example(self, example: ScaleExample) -> Iterator[str]:
        """One worked example: its sentence, its settings, its table in words."""
        case = "" if example.case is None else f" ({self.say('case')} {example.case})"
        yield from ("", f"{example.says.text(self.lang)}{case}", "")
        options = [self.option_words(name, value) for name, value in example.settings.items()]
        if options:
            yield from (f"{self.say('under')}: {' '.join(options)}", "")
        header, rows = drawn_rows(example.table)
        yield f"| {' | '.join(self.head(name) for name in header)} |"
        yield "|" + " --- |" * len(header)
        for row in rows:
            cells = (self.cell(name, text) for name, text in zip(header, row, strict=True))
            yield f"| {' | '.join(cells)} |"

    def option_words(self, name: str, value: str) -> str:
        """What a setting says in an example."""
        setting: Setting = next(one for one in self.scale.settings if one.id == name)
        return next(o.words.text(self.lang) for o in setting.options if o.id == value)

    def head(self, name: str) -> str:
        """The head of a column of an example."""
        if name in self.facts:
            return self.facts[name].label.text(self.lang)
        if name == "grade":
            return self.say("grade" if self.numbered else "class")
        if name in ("missing", "stopped_on", "score"):
            return self.say(name)
        if name == "flags":
            return self.say("beside")
        analyte = Analyte(name)
        return f"{analyte.nl if self.lang == 'nl' else analyte.en} ({UNIT_OF_ANALYTE[analyte]})"

    def cell(self, name: str, text: str) -> str:
        """One cell of an example in words; blank where the example does not speak of it."""
        if name in self.facts:
            value = cell_value(self.scale.input(name), text)
            return value_words(self.facts[name], value, self.lang) if text else ""
        if name == "grade":
            return self.grade_words(text)
        names = [part.strip() for part in text.split(",") if part.strip()]
        if name == "missing":
            return "; ".join(self.facts[one].label.text(self.lang) for one in names)
        if name == "flags":
            return " ".join(self.scale.sentence(one, self.lang) for one in names)
        if name in ("score", "stopped_on"):
            return text.replace("?", "")
        return ", ".join(self.days(part) for part in text.split())

    def grade_words(self, text: str) -> str:
        """A grade as its number, a class in its words."""
        if text in ("", "-"):
            return self.say("none")
        return text if self.numbered else self.scale.words_of(text, self.lang)

    def days(self, drawn: str) -> str:
        """`0-12:400` as `day 0–12: 400`."""
        found = _SPAN.fullmatch(drawn)
        if found is None:
            return drawn
        span = f"{found[1]}–{found[2]}" if found[2] else found[1]
        value = found[3].replace(".", ",") if self.lang == "nl" else found[3]
        return f"{self.say('day')} {span}: {value}"

    def written(self) -> Iterator[str]:
        """The names of facts, and every condition, as the file has them."""
        scale, lang = self.scale, self.lang
        yield from (f"- {one.label.text(lang)}: `{one.name}`" for one in scale.inputs)
        for one in scale.shorthands:
            yield f"- {one.words.text(lang) or one.name}: `{one.name}`, `{_bare(one.text)}`"
        for setting in scale.settings:
            for option in setting.options:
                fills = "; ".join(f"{name}: {_bare(text)}" for name, text in option.use.items())
                yield f"- {option.words.text(lang)} `{setting.id} = {option.id}`, `{fills}`"
        steps = (*scale.steps, *(step for domain in scale.domains for step in domain.steps))
        for step in steps:
            yield f"- {step.words.text(lang)}: `{step.grade}`, `{_bare(step.text)}`"
        for marker in scale.markers:
            for points, _, text in marker.rows:
                yield f"- {marker.words.text(lang)}, {points}: `{_bare(text)}`"


def _bare(text: str) -> str:
    """A condition without the braces around the names of its parts."""
    return _HOLE.sub(r"\1", text)
