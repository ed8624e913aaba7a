# SPDX-License-Identifier: Apache-2.0
"""What a chain-of-identity proof says, as plain frozen data that knows no database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadIdentifier:
    """One identifier as it was read from the bag, beside what it should say."""

    name: str
    read: str
    expected: str

    @property
    def agrees(self) -> bool:
        """True when the two are the same."""
        return self.read.casefold() == self.expected.casefold()


@dataclass(frozen=True, slots=True)
class HandOff:
    """One hand-off that happened: what, when, from whom to whom, and the entry that says so.

    `given_by`, `taken_by` and `second_by` are the names as recorded; `temperature` is a sentence,
    empty where none was asked. `first_entry` is the entry of the first of two signatures.
    """

    step: str
    when: str
    parties: str
    people: str
    identifiers: tuple[ReadIdentifier, ...]
    temperature: str
    entry: int
    hash: str
    reason: str = ""
    first_entry: int = 0


@dataclass(frozen=True, slots=True)
class BlockedAttempt:
    """An attempt at which an identifier did not agree, so that nothing happened."""

    step: str
    when: str
    by: str
    identifiers: tuple[ReadIdentifier, ...]
    entry: int
    hash: str
    query: int = 0


@dataclass(frozen=True, slots=True)
class TakenBackStep:
    """A step that was taken back, with the entry that says so; it is no hand-off any more."""

    step: str
    when: str
    by: str
    reason: str
    entry: int
    hash: str
    back_entry: int


@dataclass(frozen=True, slots=True)
class IdentityProof:
    """One product or bag, with its whole chain of identity.

    Words are in the language of the proof already; `verdict` says whether the ledger was found
    intact, and `made` when and from which ledger the page was made. `sample` marks children that
    are not real.
    """

    lang: str
    product: str
    bag: str
    child: str
    programme: str
    state: str
    labels: tuple[tuple[str, str], ...]
    hand_offs: tuple[HandOff, ...]
    blocked: tuple[BlockedAttempt, ...]
    head_number: int
    head_hash: str
    verdict: str
    made: str
    edition: str
    sample: str = ""
    taken_back: tuple[TakenBackStep, ...] = ()
    sound: bool = True
    """False when an entry on the page is not what was written."""

    @property
    def is_unbroken(self) -> bool:
        """True when something was handed over, and every identifier that was read agreed."""
        return (
            self.sound
            and bool(self.hand_offs)
            and all(
                len(step.identifiers) >= 2 and all(read.agrees for read in step.identifiers)
                for step in self.hand_offs
            )
        )
