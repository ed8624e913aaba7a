# SPDX-License-Identifier: Apache-2.0
"""One finding of `cartulary doctor`: what was looked at, what was seen, why it matters, and what
to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How a finding stands."""

    GOOD = "good"
    BEWARE = "beware"
    WRONG = "wrong"
    UNASKED = "unasked"  # does not hold here, such as a setting of the other database


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and what was seen; why and remedy only where something is to be done."""

    state: State
    subject: str
    value: str
    why: str = ""
    remedy: str = ""


def good(subject: str, value: str) -> Finding:
    """In order."""
    return Finding(State.GOOD, subject, value)


def beware(subject: str, value: str, why: str, remedy: str) -> Finding:
    """It works, and somebody should know."""
    return Finding(State.BEWARE, subject, value, why, remedy)


def wrong(subject: str, value: str, why: str, remedy: str) -> Finding:
    """A hospital would not allow it."""
    return Finding(State.WRONG, subject, value, why, remedy)


def unasked(subject: str, value: str) -> Finding:
    """It does not hold here."""
    return Finding(State.UNASKED, subject, value)
