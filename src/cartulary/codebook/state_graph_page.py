# SPDX-License-Identifier: Apache-2.0
"""A state graph as a page that a clinician can read and argue with, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.condition_words import condition_words, words_of_event
from cartulary.codebook.course_words import course_lines
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import UNDATED, Sign, reason_words
from cartulary.codebook.state_graph import (
    STILL_THERE,
    Move,
    PathExample,
    StateGraph,
    Stay,
    example_path,
)
from cartulary.codebook.words import Words, vocabulary
from cartulary.course.events import EVENT_TYPE_OF_KIND

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "counted per": ("counted per child", "geteld per kind"),
        "indication": ("the indication (day 0)", "de indicatie (dag 0)"),
        "apheresis": ("the first apheresis", "de eerste aferese"),
        "infusion": ("the first infusion", "de eerste infusie"),
        "confirm": ("Confirm with a clinician", "Te bevestigen door een clinicus"),
        "ours": (
            "This choice of states and moves is our own.",
            "Deze keuze van toestanden en overgangen is onze eigen keuze.",
        ),
        "states": ("The states", "De toestanden"),
        "state": ("State", "Toestand"),
        "goes to": ("A child can go on to", "Een kind kan verder naar"),
        "final": ("nowhere: this state is not left", "nergens: deze toestand wordt niet verlaten"),
        "start": ("every child starts here", "hier begint elk kind"),
        "moves": ("What counts as a move", "Wat telt als overgang"),
        "to": ("To", "Naar"),
        "from": ("From", "Vanuit"),
        "when": ("When", "Wanneer"),
        "rules": ("Rules of reading", "Leesregels"),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "editors": ("For those who edit this graph", "Voor wie deze graaf bewerkt"),
        "file": (
            "The file, and each move as it is written there:",
            "Het bestand, en elke overgang zoals die daar staat:",
        ),
    }
)
_RULES: Final = (
    Words(
        "A child is in one state on each day. Every move that applies on a day is made, in the "
        "order of the table, and the child is then where the last of them leads.",
        "Een kind is op elke dag in één toestand. Elke overgang die op een dag geldt wordt "
        "gemaakt, in de volgorde van de tabel, en het kind is dan waar de laatste heen leidt.",
    ),
    Words(
        "An event from which no move leads out of the child's state changes nothing.",
        "Een gebeurtenis die vanuit de toestand van het kind geen overgang is, verandert niets.",
    ),
    Words(
        "What happens on the day the clock starts counts on the day after, because nobody is at "
        "risk before.",
        "Wat gebeurt op de dag dat de klok begint telt op de dag erna, omdat eerder niemand at "
        "risk is.",
    ),
    Words(
        "The last stay ends at the last contact, at death or at the data cut; what lies after the "
        "data cut is not read.",
        "Het laatste verblijf eindigt bij het laatste contact, bij overlijden of op de peildatum; "
        "wat na de peildatum ligt, wordt niet gelezen.",
    ),
    Words(
        "A date known to the month or year is taken halfway through that period. A move that is "
        "known to have happened on an unknown day makes the child missing.",
        "Een datum die op de maand of het jaar bekend is, wordt halverwege die periode gezet. Is "
        "een overgang zeker gebeurd op een onbekende dag, dan geldt het kind als ontbrekend.",
    ),
    Words(
        "Missing children are counted beside every figure, by reason.",
        "Ontbrekende kinderen worden bij elk cijfer geteld, naar reden.",
    ),
)


def state_graph_page(graph: StateGraph, lang: str) -> str:
    """The page of one state graph in Markdown.

    Arguments: a graph, as `state_graph_reader.state_graphs` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: states, moves, rules, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.state_graph_reader import state_graph
    >>> state_graph_page(state_graph("bone"), "nl").splitlines()[0]
    '# Van infusie naar remissie, transplantatie, recidief en overlijden'
    """
    return "\n".join(_Page(graph, lang).lines()).rstrip() + "\n"


class _Page:
    """One graph in one language."""

    def __init__(self, graph: StateGraph, lang: str) -> None:
        self.graph = graph
        self.lang = lang

    def say(self, key: str) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang)

    def either(self, en: str, nl: str) -> str:
        """One of two texts."""
        return nl if self.lang == "nl" else en

    def state(self, name: str) -> str:
        """A state in words, marked off from the sentence round it."""
        return f"“{self.graph.words_of(name, self.lang)}”"

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        graph, lang = self.graph, self.lang
        yield f"# {graph.name.text(lang)}"
        edition = f"{self.say('edition')} {graph.edition}"
        yield from ("", f"`{graph.graph_id}`, {edition}, {self.say('counted per')}.")
        yield from ("", graph.summary.text(lang))
        clock = self.say(graph.clock)
        yield from (
            "",
            self.either(f"Days count from {clock}.", f"Dagen tellen vanaf {clock}."),
        )
        to_confirm = [self.say("ours")] if graph.source.support == "ours" else []
        if graph.confirm is not None:
            to_confirm.append(graph.confirm.text(lang))
        if to_confirm:
            yield from ("", f"> **{self.say('confirm')}.** {' '.join(to_confirm)}")
        yield from ("", f"## {self.say('states')}", "")
        yield f"| {self.say('state')} | {self.say('goes to')} |"
        yield "| --- | --- |"
        yield from (self.state_row(name) for name in graph.state_names)
        yield from ("", f"## {self.say('moves')}", "")
        yield f"| {self.say('to')} | {self.say('from')} | {self.say('when')} |"
        yield "| --- | --- | --- |"
        yield from (self.move_row(move) for move in graph.moves)
        yield from ("", f"## {self.say('rules')}", "")
        yield from (f"- {rule.text(lang)}" for rule in _RULES)
        yield from ("", f"## {self.say('source')}", "", graph.source.line(lang))
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}")
        for example in graph.examples:
            yield from self.example(example)
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{graph.file}`", "")
        yield from (
            f"- {graph.words_of(move.to, lang)}: `{move.to}`, `{_written(move.sign)}`"
            for move in graph.moves
        )

    def state_row(self, name: str) -> str:
        """A state and the states that follow it."""
        graph = self.graph
        onward = [to for source, to in graph.arrows if source == name]
        text = graph.words_of(name, self.lang)
        if name == graph.start:
            text += f" ({self.say('start')})"
        # A state may have commas in its name.
        follows = "; ".join(graph.words_of(to, self.lang) for to in onward) or self.say("final")
        return f"| {text} | {follows} |"

    def move_row(self, move: Move) -> str:
        """Where a move leads, from where, and what it is."""
        words = self.graph.words_of
        from_states = "; ".join(words(name, self.lang) for name in move.came_from)
        return f"| {words(move.to, self.lang)} | {from_states} | {self.precisely(move)} |"

    def precisely(self, move: Move) -> str:
        """What event a move is, and from which day on."""
        text = self.sign(move.sign)
        text = f"{text[:1].upper()}{text[1:]}"
        if move.from_day:
            text += self.either(
                f", from day {move.from_day} on the clock on",
                f", vanaf dag {move.from_day} op de klok",
            )
        if move.repeats:
            text += self.either(
                "; one without a date is passed over where another has a date",
                "; een zonder datum wordt overgeslagen waar een andere een datum heeft",
            )
        return f"{text}."

    def sign(self, sign: Sign) -> str:
        """A kind of event, and its condition in words."""
        label = EVENT_TYPE_OF_KIND[sign.kind].label(self.lang)
        label = f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() else label
        if sign.where is None:
            return label
        where = condition_words(sign.where, words_of_event(sign.kind, sign.where), self.lang)
        return f"{label} {self.either('with', 'met')} {where}"

    def example(self, example: PathExample) -> Iterator[str]:
        """One worked example: the sentence, the drawing, and the stays that come of it."""
        yield from ("", example.says.text(self.lang), "")
        yield from course_lines(course_from_drawing(example.course), self.lang)
        yield ""
        if not example.expect:
            missing = example_path(example, self.graph).in_population
            reason = self.reason(example.why)
            yield self.either(
                f"- {'missing' if missing else 'not counted'}: {reason}.",
                f"- {'ontbreekt' if missing else 'telt niet mee'}: {reason}.",
            )
        yield from (f"- {self.stay(stay)}" for stay in example.expect)

    def reason(self, why: str) -> str:
        """Why a child has no stays."""
        name = why.removeprefix(UNDATED)
        if name != why and name in self.graph.state_names:
            return self.either(
                f"the move to {self.state(name)} has no date",
                f"de overgang naar {self.state(name)} heeft geen datum",
            )
        return reason_words(why, self.lang)

    def stay(self, stay: Stay) -> str:
        """One stay in a sentence."""
        days = self.either(
            f"day {stay.entry} to day {stay.exit}", f"dag {stay.entry} tot dag {stay.exit}"
        )
        text = f"{self.state(stay.from_state)}, {days}"
        if stay.to_state == STILL_THERE:
            return text + self.either("; still there when last seen.", "; daar nog toen het laatst "
                                      "is gezien.")  # fmt: skip
        return text + self.either(
            f"; then {self.state(stay.to_state)}.", f"; daarna {self.state(stay.to_state)}."
        )


def _written(sign: Sign) -> str:
    """A sign as its file writes it."""
    return f"{sign.kind} where {sign.where_text}" if sign.where is not None else sign.kind
