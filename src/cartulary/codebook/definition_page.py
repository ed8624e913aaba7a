# SPDX-License-Identifier: Apache-2.0
"""An endpoint definition as a page that a clinician can read and argue with, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.condition_words import condition_words, words_of_event
from cartulary.codebook.course_words import course_lines
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import (
    Clock,
    Definition,
    Expected,
    Moment,
    Remission,
    ResponseRule,
    Sign,
    WorkedExample,
    reason_words,
)
from cartulary.codebook.endpoint_split import splitting_scale
from cartulary.codebook.words import vocabulary
from cartulary.course.events import EVENT_TYPE_OF_KIND

_WORDS: Final = vocabulary(
    {
        "indication": ("the indication (day 0)", "de indicatie (dag 0)"),
        "apheresis": ("the first apheresis", "de eerste aferese"),
        "infusion": ("the first infusion", "de eerste infusie"),
        "remission": ("the first remission", "de eerste remissie"),
        "clock": ("the start of the clock", "het begin van de klok"),
        "indicated": (
            "every child with an indication for CAR-T",
            "elk kind met een indicatie voor CAR-T",
        ),
        "apheresed": ("every child apheresed", "elk kind met een aferese"),
        "infused": ("every child infused", "elk geïnfundeerd kind"),
        "responders": ("every child that reached remission", "elk kind dat in remissie kwam"),
        "event": ("the event", "de gebeurtenis"),
        "competing": (
            "competing: after it the event itself can no longer come",
            "concurrerend: daarna kan de gebeurtenis zelf niet meer komen",
        ),
        "censor": ("end of follow-up (censored)", "einde van de follow-up (gecensureerd)"),
        "failure": ("counts as failure", "telt als falen"),
        "ignore": ("changes nothing", "verandert niets"),
        "assessment": ("on the day of that assessment", "op de dag van die beoordeling"),
        "deadline": ("on the last day of the window", "op de laatste dag van het venster"),
        "day_1": ("on the day after the infusion", "op de dag na de infusie"),
        "best": ("the best assessment", "de beste beoordeling"),
        "first": ("the first assessment", "de eerste beoordeling"),
        "last": ("the last assessment", "de laatste beoordeling"),
        "edition": ("edition", "editie"),
        "counted per": ("counted per child", "geteld per kind"),
        "same": ("Also called", "Heet ook"),
        "clocks": ("From when, and for whom", "Vanaf wanneer, en voor wie"),
        "days from": ("Days count from", "Dagen tellen vanaf"),
        "for": ("Children", "Kinderen"),
        "moments": ("What counts, and as what", "Wat telt, en als wat"),
        "what": ("What happens", "Wat er gebeurt"),
        "as": ("Role", "Rol"),
        "precisely": ("Precisely", "Precies"),
        "only": ("only on the clock from", "alleen op de klok vanaf"),
        "rules": ("Rules of reading", "Leesregels"),
        "confirm": ("Confirm with a clinician", "Te bevestigen door een clinicus"),
        "ours": (
            "This reading, its windows and its days are our own choice.",
            "Deze lezing, met haar vensters en dagen, is onze eigen keuze.",
        ),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "editors": ("For those who edit this definition", "Voor wie deze definitie bewerkt"),
        "file": (
            "The file, and each condition as it is written there:",
            "Het bestand, en elke voorwaarde zoals die daar staat:",
        ),
        "case": ("golden case", "proefgeval"),
        "remission rule": ("Remission", "Remissie"),
        "window": ("Response", "Respons"),
    }
)

#: Kinds of event whose Dutch name takes "het".
_NEUTER: Final = frozenset({"product", "relapse", "death", "last_contact"})


def definition_page(definition: Definition, lang: str) -> str:
    """The page of one definition in Markdown.

    Arguments: a definition, as `endpoint_reader.definitions` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: clocks, moments, rules, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.endpoint_reader import endpoint
    >>> page = definition_page(endpoint("os.infusion").definition, "en")
    >>> page.splitlines()[0]
    '# OS: Overall survival'
    """
    return "\n".join(_Page(definition, lang).lines()).rstrip() + "\n"


def moment_words(definition: Definition, moment: Moment, lang: str) -> str:
    """When a moment of a definition counts, in words."""
    return _Page(definition, lang).precisely(moment)


class _Page:
    """One definition in one language."""

    def __init__(self, definition: Definition, lang: str) -> None:
        self.definition = definition
        self.lang = lang

    def say(self, key: str) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang)

    def either(self, en: str, nl: str) -> str:
        """One of two texts."""
        return nl if self.lang == "nl" else en

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        shown, lang = self.definition, self.lang
        yield f"# {shown.abbreviation.text(lang)}: {shown.name.text(lang)}"
        yield ""
        edition = f"{self.say('edition')} {shown.edition}"
        yield f"`{shown.definition_id}`, {edition}, {self.say('counted per')}."
        yield ""
        yield shown.summary.text(lang)
        if shown.also:
            yield ""
            yield f"{self.say('same')}: {', '.join(also.text(lang) for also in shown.also)}."
        to_confirm = [self.say("ours")] if shown.source.support == "ours" else []
        if shown.confirm is not None:
            to_confirm.append(shown.confirm.text(lang))
        if to_confirm:
            yield from ("", f"> **{self.say('confirm')}.** {' '.join(to_confirm)}")
        yield from ("", f"## {self.say('clocks')}", "")
        yield f"| {self.say('days from')} | {self.say('for')} |"
        yield "| --- | --- |"
        for clock in shown.clocks:
            yield f"| {self.say(clock.start)} | {self.say(clock.population)} |"
        yield from ("", f"## {self.say('moments')}", "")
        yield f"| {self.say('what')} | {self.say('as')} | {self.say('precisely')} |"
        yield "| --- | --- | --- |"
        yield from self.moment_rows()
        yield from ("", f"## {self.say('rules')}", "")
        yield from (f"- {rule}" for rule in self.rules())
        yield from ("", f"## {self.say('source')}", "")
        yield shown.source.line(lang)
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}")
        for example in shown.examples:
            yield from self.example(example)
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{shown.file}`", "")
        yield from self.conditions()

    def conditions(self) -> Iterator[str]:
        """Each moment by the name that files and tables use, and its condition as written."""
        shown = self.definition
        every = (*shown.moments, *(m for clock in shown.clocks for m in clock.moments))
        for moment in dict.fromkeys(every):
            unless = f"; unless {', '.join(map(_written, moment.unless))}" if moment.unless else ""
            names = dict.fromkeys((moment.name, f"{_condition(moment)}{unless}"))
            codes = ", ".join(f"`{name}`" for name in names)
            yield f"- {moment.words.text(self.lang)}: {codes}"
            for cause, words in zip(moment.causes, moment.cause_words, strict=True):
                yield f"- {words.text(self.lang)}: `{cause}`"
        yield f"- {self.say('remission rule')}: `{_written(shown.remission.sign)}`"

    def moment_rows(self) -> Iterator[str]:
        """A row a moment; those of single clocks once, with the clocks they belong to."""
        for moment in self.definition.moments:
            yield self.row(moment, ())
        seen: dict[Moment, list[Clock]] = {}
        for clock in self.definition.clocks:
            for moment in clock.moments:
                seen.setdefault(moment, []).append(clock)
        for moment, clocks in seen.items():
            yield self.row(moment, tuple(clocks))

    def row(self, moment: Moment, clocks: tuple[Clock, ...]) -> str:
        """One row: what happens, what it counts as, and precisely when."""
        details = [moment.why.text(self.lang)] if moment.why.en else []
        details.append(self.precisely(moment))
        if clocks:
            where = self.either(" and ", " en ").join(self.say(clock.start) for clock in clocks)
            details.append(f"{self.say('only')} {where}")
        is_failure = self.definition.response is not None and moment.strategy == "event"
        meaning = self.say("failure" if is_failure else moment.strategy)
        return (
            f"| {moment.words.text(self.lang)} | {meaning} "
            f"| {' '.join(_sentence(detail) for detail in details if detail)} |"
        )

    def precisely(self, moment: Moment) -> str:
        """When a moment counts."""
        if moment.no_remission is not None:
            rule = moment.no_remission
            day = self.say(rule.dated)
            return self.either(
                f"no remission by day {rule.to_day} after the first infusion, and an assessment "
                f"from day {rule.from_day} on that says so; the event is {day}",
                f"geen remissie op dag {rule.to_day} na de eerste infusie, en een beoordeling "
                f"vanaf dag {rule.from_day} die dat zegt; de gebeurtenis valt {day}",
            )
        which = self.article("last", moment.sign.kind) if moment.last else ""
        text = f"{which} {self.sign(moment.sign)}".strip()
        text += self.either(", from ", ", vanaf ") + self.when(moment)
        if moment.day_fact:
            fact = EVENT_TYPE_OF_KIND[moment.sign.kind].facts()[moment.day_fact]
            text += self.either(
                f"; its day is that of “{fact.en}”", f"; de dag is die van “{fact.nl}”"
            )
        if moment.unless:
            signs = self.either(", or ", ", of ").join(
                f"{self.article('a', sign.kind)} {self.sign(sign)}" for sign in moment.unless
            )
            text += self.either(
                f"; unless the child has: {signs}", f"; tenzij het kind heeft: {signs}"
            )
        if moment.split_by:
            classes = [words.text(self.lang) for words in moment.cause_words]
            scale = splitting_scale(moment.split_by).name.text(self.lang)
            text += self.either("; told apart as ", "; onderscheiden als ")
            text += f"{', '.join(classes[:-1])}{self.either(' or ', ' of ')}{classes[-1]}"
            text += self.either(f", by the scale “{scale}”", f", volgens de schaal “{scale}”")
        return text

    def when(self, moment: Moment) -> str:
        """`the first infusion on`, `21 days after the first infusion on`."""
        anchor = self.say(moment.since)
        if moment.from_day:
            plural = "" if moment.from_day == 1 else "s"
            anchor = self.either(
                f"{moment.from_day} day{plural} after {anchor}",
                f"{moment.from_day} dag{'en' if plural else ''} na {anchor}",
            )
        if moment.to_day is not None:
            return self.either(
                f"{anchor} up to day {moment.to_day}", f"{anchor} tot en met dag {moment.to_day}"
            )
        return self.either(f"{anchor} on", anchor)

    def sign(self, sign: Sign) -> str:
        """A kind of event, and its condition in words."""
        label = _inside(EVENT_TYPE_OF_KIND[sign.kind].label(self.lang))
        if sign.where is None:
            return label
        where = condition_words(sign.where, words_of_event(sign.kind, sign.where), self.lang)
        return f"{label} {self.either('with', 'met')} {where}"

    def article(self, word: str, kind: str) -> str:
        """`an`, `the first`, `the last` before a kind of event."""
        if self.lang == "nl":
            the = "het" if kind in _NEUTER else "de"
            return {"a": "een", "first": f"{the} eerste", "last": f"{the} laatste"}[word]
        label = EVENT_TYPE_OF_KIND[kind].label("en")
        an = "an" if label[:1].lower() in "aeiou" else "a"
        return {"a": an, "first": "the first", "last": "the last"}[word]

    def rules(self) -> Iterator[str]:
        """How the record is read where the moments leave it open."""
        if self.definition.response is not None:
            yield self.response(self.definition.response)
        elif any(moment.no_remission for moment in self.definition.moments) or any(
            clock.start == "remission" for clock in self.definition.clocks
        ):
            yield self.remission(self.definition.remission)
        if self.definition.response is None:
            yield self.either(
                "The first moment that counts is the outcome. On one day the moment that stands "
                "higher in the table goes first, and everything goes before censoring.",
                "Het eerste moment dat telt is de uitkomst. Op één dag gaat het moment dat hoger "
                "in de tabel staat voor, en alles gaat voor censureren.",
            )
            yield self.either(
                "Without such a moment the child is censored at its last contact. A child without "
                "a last contact is missing.",
                "Zonder zo'n moment wordt het kind gecensureerd bij het laatste contact. Een kind "
                "zonder laatste contact ontbreekt.",
            )
        yield self.either(
            "What lies after the data cut is not read.",
            "Wat na de peildatum ligt, wordt niet gelezen.",
        )
        yield self.either(
            "A date known to the month or year is taken halfway through that period; if the period "
            "reaches the day from which a moment counts, it counts on that day. A moment that is "
            "known to have happened on an unknown day makes the child missing.",
            "Een datum die op de maand of het jaar bekend is, wordt halverwege die periode gezet; "
            "reikt de periode tot de dag vanaf welke een moment telt, dan telt het op die dag. Is "
            "iets zeker gebeurd op een onbekende dag, dan geldt het kind als ontbrekend.",
        )
        yield self.either(
            "Missing children are counted beside every figure, by reason.",
            "Ontbrekende kinderen worden bij elk cijfer geteld, naar reden.",
        )

    def remission(self, rule: Remission) -> str:
        """Which remission is meant."""
        first = self.article("first", rule.sign.kind)
        text = self.either(
            f"Remission is {first} {self.sign(rule.sign)}, from day {rule.from_day} after the "
            "first infusion on",
            f"Remissie is {first} {self.sign(rule.sign)}, vanaf dag {rule.from_day} na de "
            "eerste infusie",
        )
        if rule.before:
            kinds = [_inside(EVENT_TYPE_OF_KIND[kind].label(self.lang)) for kind in rule.before]
            text += self.either(", and not after a later ", ", en niet na een latere ")
            text += f"{', '.join(kinds[:-1])}{self.either(' or ', ' of ')}{kinds[-1]}".lstrip()
        return f"{text}."

    def response(self, rule: ResponseRule) -> str:
        """Which assessment decides."""
        sign = self.definition.remission.sign
        answer = f"{self.article('a', sign.kind)} {self.sign(sign)}"
        text = self.either(
            f"{self.say(rule.reading).capitalize()} between day {rule.from_day} and day "
            f"{rule.to_day} after the first infusion decides; response is {answer}. Assessments "
            "after an event of the table are not read.",
            f"{self.say(rule.reading).capitalize()} tussen dag {rule.from_day} en dag "
            f"{rule.to_day} na de eerste infusie beslist; respons is {answer}. Beoordelingen na "
            "een gebeurtenis uit de tabel worden niet gelezen.",
        )
        if rule.not_infused_after is not None:
            text += " " + self.either(
                f"A child followed for {rule.not_infused_after} days without an infusion counts "
                "as a failure; until then it is missing.",
                f"Een kind dat {rule.not_infused_after} dagen zonder infusie is gevolgd, telt als "
                "falen; tot dan ontbreekt het.",
            )
        return text

    def example(self, example: WorkedExample) -> Iterator[str]:
        """One worked example: the sentence, the drawing, the outcome on each clock."""
        case = f" ({self.say('case')} {example.case})" if example.case is not None else ""
        yield from ("", f"{example.says.text(self.lang)}{case}", "")
        yield from course_lines(course_from_drawing(example.course), self.lang)
        yield ""
        for expected in example.expect:
            yield f"- {self.outcome(expected)}"

    def outcome(self, expected: Expected) -> str:
        """What comes out on one clock, in a sentence."""
        clock = self.say(expected.clock)
        start = self.either(f"From {clock}: ", f"Vanaf {clock}: ")
        if expected.exit is None:
            reason = reason_words(expected.why, self.lang)
            if expected.status:
                return start + self.either(f"missing, {reason}.", f"ontbreekt, {reason}.")
            return start + self.either(f"not counted, {reason}.", f"telt niet mee, {reason}.")
        endpoint = self.definition.endpoint(expected.clock)
        text = f"{endpoint.words_of(expected.status, self.lang)} "
        text += self.either(f"on day {expected.exit}", f"op dag {expected.exit}")
        if expected.entry:
            text += self.either(
                f", under observation from day {expected.entry}",
                f", in beeld vanaf dag {expected.entry}",
            )
        if expected.doubt:
            text += f" ({reason_words(expected.doubt, self.lang)})"
        return f"{start}{text}."


def _written(sign: Sign) -> str:
    """A sign as its file writes it."""
    return f"{sign.kind} where {sign.where_text}" if sign.where is not None else sign.kind


def _condition(moment: Moment) -> str:
    """When a moment counts, as its file writes it."""
    if moment.no_remission is None:
        return _written(moment.sign)
    rule = moment.no_remission
    return f"no_remission, days {rule.from_day} to {rule.to_day}, dated {rule.dated}"


def _inside(label: str) -> str:
    """A label as it stands inside a sentence; what is written in capitals keeps them."""
    return f"{label[:1].lower()}{label[1:]}" if label[1:2].islower() else label


def _sentence(text: str) -> str:
    """The text with a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
