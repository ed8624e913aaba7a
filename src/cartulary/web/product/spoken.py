# SPDX-License-Identifier: Apache-2.0
"""How the pages of a product say states, moments, temperatures and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils.dates import MONTHS_3
from django.utils.translation import pgettext

from cartulary.course.choice import Choice
from cartulary.registry.models import Account
from cartulary.registry.product_life import Step
from cartulary.registry.product_life_limits import Range
from cartulary.web.entry.spoken import date_words, language, number_words

CONTEXT: Final = "product"
DEGREES: Final = "\u00a0°C"


def say(text: str) -> str:
    """A text of these pages in the active language."""
    return str(pgettext(CONTEXT, text))


def word(choice: Choice | None) -> str:
    """A word of a closed list in the active language; empty for None."""
    if choice is None:
        return ""
    return choice.nl if language() == "nl" else choice.en


def capital(text: str) -> str:
    """The same text with a capital."""
    return text[:1].upper() + text[1:]


def short_day(iso: str) -> str:
    """A date as the head of a column says it: 29 Sep; as written where it is no full date."""
    try:
        when = date.fromisoformat(iso)
    except ValueError:
        return iso
    month = str(MONTHS_3[when.month])
    return f"{when.day} {month if language() == 'nl' else month.capitalize()}"


def long_day(iso: str) -> str:
    """A date in words; as written where it is no full date."""
    try:
        return date_words(date.fromisoformat(iso))
    except ValueError:
        return iso


def moment(step: Step) -> str:
    """Date and time of a step, as tables show it."""
    return f"{step.date} {step.time}".strip()


def minutes_between(first: Step, second: Step) -> int | None:
    """Minutes from one step to another; None where a time is not known."""
    if not (first.date and first.time and second.date and second.time):
        return None
    try:
        start = datetime.fromisoformat(f"{first.date}T{first.time}")
        end = datetime.fromisoformat(f"{second.date}T{second.time}")
    except ValueError:
        return None
    return int((end - start).total_seconds() // 60)


def hours(minutes: int) -> str:
    """A length in hours and minutes: 51 h 28."""
    return f"{minutes // 60}\u00a0{say('h')}\u00a0{minutes % 60:02d}"


def degrees(value: float) -> str:
    """A temperature without its unit, with a true minus."""
    return number_words(value)


def range_words(limits: Range, unit: str = "") -> str:
    """A range as a table says it: 2 to 8, ≤ -150, ≥ 70; in words when nobody gave one."""
    if not limits.is_set:
        return say("limit not set")
    if limits.low is None:
        assert limits.high is not None
        return f"≤\u00a0{number_words(limits.high)}{unit}"
    if limits.high is None:
        return f"≥\u00a0{number_words(limits.low)}{unit}"
    return f"{number_words(limits.low)} {say('to')} {number_words(limits.high)}{unit}"


def limit_of(temperature: Mapping[str, Any]) -> Range:
    """The limits as they stood when a step was written."""
    return Range(temperature.get("limit_low_celsius"), temperature.get("limit_high_celsius"))


def readings_words(temperature: Mapping[str, Any]) -> str:
    """The lowest and highest reading of a step; empty when none was given."""
    ends = [temperature.get("lowest_celsius"), temperature.get("highest_celsius")]
    given = [degrees(end) for end in ends if end is not None]
    return f" {say('to')} ".join(dict.fromkeys(given))


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """What people are called, by user name; the user name where there is no other."""
    wanted = {name for name in usernames if name}
    named = {
        account.username: account.get_full_name() or account.username
        for account in Account.objects.filter(username__in=wanted)
    }
    return {name: named.get(name, name) for name in wanted}
