# SPDX-License-Identifier: Apache-2.0
"""A schedule of follow-up as a page that a data manager can read and argue with, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.course_words import course_lines
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.schedule import (
    DueStatus,
    Expected,
    ItemKind,
    Schedule,
    ScheduleExample,
    Step,
)
from cartulary.codebook.words import Words, vocabulary
from cartulary.course.events import EVENT_TYPE_OF_KIND

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "counted": ("counted per child", "geteld per kind"),
        "infusion": ("Days count from the infusion.", "Dagen tellen vanaf de infusie."),
        "birth": ("Days count from birth.", "Dagen tellen vanaf de geboorte."),
        "confirm": ("To be confirmed", "Te bevestigen"),
        "asked": ("What is asked, and when", "Wat wordt gevraagd, en wanneer"),
        "what": ("What", "Wat"),
        "target": ("Target day", "Streefdag"),
        "window": ("Window", "Venster"),
        "asks": ("Asks for", "Vraagt om"),
        "not_stated": ("window not stated, ask", "venster niet vermeld, navragen"),
        "birthday": ("birthday {years}", "verjaardag {years}"),
        "range": ("day {first} to {last}", "dag {first} tot en met {last}"),
        "new": ("A new infusion", "Een nieuwe infusie"),
        "seen": ("Seen, for this schedule, by", "Gezien is het kind, voor dit schema, door"),
        "rules": ("Rules of reading", "Leesregels"),
        "source": ("Source", "Bron"),
        "sources": (
            "Titles stand in the language of the source.",
            "Titels staan in de taal van de bron.",
        ),
        "examples": ("Worked examples", "Uitgewerkte voorbeelden"),
        "today": ("Today is day {day}.", "Vandaag is dag {day}."),
        "absent": ("not there", "staat er niet"),
        "nth": ("infusion {n}", "infusie {n}"),
        "late": ("{n} days late", "{n} dagen te laat"),
        "left": ("{n} days left", "nog {n} dagen"),
        "until": ("in {n} days", "over {n} dagen"),
        "past": ("{n} days past the target", "{n} dagen na de streefdag"),
        "on": ("on day {n}", "op dag {n}"),
        "editors": ("For those who edit this schedule", "Voor wie dit schema bewerkt"),
        "file": ("The file:", "Het bestand:"),
    }
)
_RULES: Final = (
    Words(
        "A contact is done by the first event within its window that shows the child was seen. "
        "What is known to the month or the year counts when it can lie in the window.",
        "Een contact is gedaan door de eerste gebeurtenis binnen het venster die toont dat het "
        "kind is gezien. Wat op de maand of het jaar bekend is, telt als het in het venster kan "
        "liggen.",
    ),
    Words(
        "After its window a contact is late. Seen before the next one is due: done, and late. Seen "
        "only after that: missed.",
        "Na het venster is een contact te laat. Gezien vóór het volgende aan de beurt is: gedaan, "
        "maar te laat. Pas daarna gezien: gemist.",
    ),
    Words(
        "Where the source states no window, a contact from the target day on counts. One shortly "
        "before it is shown, and a person says whether it counts.",
        "Waar de bron geen venster vermeldt, telt een contact vanaf de streefdag. Een contact kort "
        "ervoor wordt getoond, en een mens zegt of het telt.",
    ),
    Words(
        "After death, and after the last contact of a child that left, nothing is waited for.",
        "Na overlijden, en na het laatste contact van een kind dat uit beeld is, wordt nergens "
        "meer op gewacht.",
    ),
    Words(
        "A month is a twelfth of 365.25 days, rounded to whole days.",
        "Een maand is een twaalfde van 365,25 dagen, afgerond op hele dagen.",
    ),
)
_DAYS_OF: Final = {
    DueStatus.LATE: "late",
    DueStatus.DONE_LATE: "late",
    DueStatus.OPEN: "left",
    DueStatus.UPCOMING: "until",
    DueStatus.ASK: "past",
}


def schedule_page(schedule: Schedule, lang: str) -> str:
    """The page of one schedule in Markdown.

    Arguments: a schedule, as `schedule_reader.schedules` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline: contacts and windows, rules, source, examples.
    Refuses nothing.

    >>> from cartulary.codebook.schedule_reader import schedule
    >>> schedule_page(schedule("cibmtr_15_year"), "nl").splitlines()[0]
    '# CIBMTR-contacten, 15-jaarsspoor'
    """
    return "\n".join(_Page(schedule, lang).lines()).rstrip() + "\n"


class _Page:
    """One schedule in one language."""

    def __init__(self, schedule: Schedule, lang: str) -> None:
        self.schedule = schedule
        self.lang = lang

    def say(self, key: str, **values: object) -> str:
        """A fixed text in the language of the page."""
        return _WORDS[key].text(self.lang).format(**values)

    def lines(self) -> Iterator[str]:
        """The page, line by line."""
        schedule, lang = self.schedule, self.lang
        yield f"# {schedule.name.text(lang)}"
        edition = f"{self.say('edition')} {schedule.edition}"
        yield from ("", f"`{schedule.schedule_id}`, {edition}, {self.say('counted')}.")
        yield from ("", schedule.summary.text(lang), "", self.say(schedule.clock))
        if schedule.confirm is not None:
            yield from ("", f"> **{self.say('confirm')}.** {schedule.confirm.text(lang)}")
        yield from ("", f"## {self.say('asked')}", "")
        heads = (self.say(key) for key in ("what", "target", "window", "asks"))
        yield f"| {' | '.join(heads)} |"
        yield "| --- | ---: | --- | --- |"
        yield from (self.row(step) for step in schedule.steps)
        if schedule.clock == "infusion":
            new = schedule.new_infusion.nl if lang == "nl" else schedule.new_infusion.en
            yield from ("", f"{self.say('new')}: {new}.")
        if schedule.seen_by:
            seen = ", ".join(EVENT_TYPE_OF_KIND[k].label(lang).lower() for k in schedule.seen_by)
            yield from ("", f"{self.say('seen')}: {seen}.")
        yield from ("", f"## {self.say('rules')}", "")
        yield from (f"- {rule.text(lang)}" for rule in _RULES)
        yield from ("", f"## {self.say('source')}", "", schedule.source.line(lang))
        if lang != "en":
            yield from ("", self.say("sources"))
        yield from ("", f"## {self.say('examples')}")
        for example in schedule.examples:
            yield from self.example(example)
        yield from ("", f"## {self.say('editors')}", "", f"{self.say('file')} `{schedule.file}`")

    def row(self, step: Step) -> str:
        """What is asked, its target and its window."""
        target = str(step.day)
        if step.kind is ItemKind.CONSENT:
            target = self.say("birthday", years=round(step.day / 365.25))
        window = self.say("not_stated")
        if step.has_window:
            window = self.say("range", first=step.opens_day, last=step.closes_day)
        words, asks = step.words.text(self.lang), step.asks.text(self.lang)
        return f"| {words} | {target} | {window} | {asks} |"

    def example(self, example: ScheduleExample) -> Iterator[str]:
        """One worked example: the sentence, the drawing, and how the items stand."""
        yield from ("", example.says.text(self.lang), "")
        yield from course_lines(course_from_drawing(example.course), self.lang)
        yield from ("", self.say("today", day=example.today_day), "")
        yield from (f"- {self.expected(one)}" for one in example.expect)
        for name in example.absent:
            step, _, number = name.partition("/")
            yield f"- {self.named(step, int(number or 0))}: {self.say('absent')}."

    def named(self, name: str, infusion: int) -> str:
        """An item in words, with its infusion where the example names one."""
        step = self.schedule.step(name)
        words = name if step is None else step.words.text(self.lang)
        return f"{words} ({self.say('nth', n=infusion)})" if infusion else words

    def expected(self, one: Expected) -> str:
        """How one item stands, in a line."""
        words = one.status.nl if self.lang == "nl" else one.status.en
        said = [] if one.status is DueStatus.LATE and one.days is not None else [words]
        if one.days is not None and one.status in _DAYS_OF:
            said.append(self.say(_DAYS_OF[one.status], n=one.days))
        if one.done_day is not None:
            said.append(self.say("on", n=one.done_day))
        if one.closes_day is not None:
            first = one.closes_day if one.opens_day is None else one.opens_day
            window = self.say("range", first=first, last=one.closes_day)
            said.append(f"{self.say('window').lower()}: {window}")
        return f"{self.named(one.item, one.infusion)}: {', '.join(said)}."
