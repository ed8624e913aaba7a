# SPDX-License-Identifier: Apache-2.0
"""What stands on a bag: reading an identifier by scanner or keyboard, and whether two agree.

Only the form of an identifier is checked. The reference tables of ISBT 128 are licensed and are
neither held nor needed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.errors import CartularyError


class Which(Choice):
    """The identifiers that a label can carry."""

    CHAIN_OF_IDENTITY = (
        "chain_of_identity",
        "chain-of-identity identifier",
        "identiteitsketennummer",
        "CoI",
    )
    DONATION = "donation", "donation number", "donatienummer", "DIN"
    BATCH = "batch", "batch number", "batchnummer", "lot"
    BAG = "bag", "bag number", "zaknummer"
    CHILD = "child", "pseudonym of the child", "pseudoniem van het kind"


#: What a bag's own label may say otherwise than the label of its product.
ON_A_BAG: Final[tuple[Which, ...]] = (Which.CHAIN_OF_IDENTITY, Which.BAG)


class MisreadError(CartularyError):
    """What was read cannot be an identifier of this sort: read it again; nothing is recorded."""

    def __init__(self, which: Which, read: str, fact: Words, remedy: Words) -> None:
        self.which = which
        self.read = read
        self.fact = fact
        self.remedy = remedy
        super().__init__(f"{which.en}: {fact.en} {remedy.en}")

    def text(self, lang: str) -> str:
        """Fact and remedy in Dutch ("nl") or English."""
        return f"{self.fact.text(lang)} {self.remedy.text(lang)}"


@dataclass(frozen=True, slots=True)
class Reading:
    """One identifier at a hand-off: what was read from the bag, beside what it should say."""

    which: Which
    read: str
    expected: str

    @property
    def agrees(self) -> bool:
        """True when both are there and are the same identifier."""
        return bool(self.read) and self.read.casefold() == self.expected.casefold()


# A scanner may end with Enter or Tab, or begin with the start mark of a DataMatrix.
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\ufeff]")
# A label that was typed over from a page may carry another dash, or a raised dot.
_DASHES: Final = re.compile(r"[\u00b7\u2010-\u2015\u2212]")

_MARKS: Final = "=&"
_CHAIN_MARK: Final = "&/"
_FACILITY: Final = r"[A-NP-Z1-9][A-NP-Z0-9]{2}\d{2}"
_FLAG: Final = "[0-9A-HJ-NPR-Y]{2}"
_DONATION: Final = re.compile(rf"({_FACILITY}\d{{8}})({_FLAG})?([0-9A-Z*])?")
_CHAIN: Final = re.compile(rf"[A-Z]{{2}}{_FACILITY}\d{{8}}")
_VALUES: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
# A flag of 60 to 96 carries the check character itself.
_FIRST_CHECK_FLAG: Final = 60


def check_character(text: str) -> str:
    """The check character of ISO/IEC 7064 MOD 37-2 for a text of digits and capitals.

    With a(n) the value of the character at place n from the right, counted from 1, and 0-9, A-Z,
    * worth 0 to 36: the check character is worth (38 - (sum of a(n) 2^n mod 37)) mod 37.

    Refuses a character outside 0-9 and A-Z (ValueError). Source: ISO/IEC 7064:2003; the worked
    number is the one in the UK transfusion services' Red Book, annex 2.

    >>> check_character("G123498654321")
    'H'
    """
    total = 0
    for character in text:
        value = _VALUES.index(character)
        if value == len(_VALUES) - 1:
            raise ValueError(f"{character!r} cannot stand in {text!r}; only 0-9 and A-Z can.")
        total = (total + value) * 2 % len(_VALUES)
    return _VALUES[(38 - total) % len(_VALUES)]


def canonical(which: Which, text: str) -> str:
    """An identifier as it is kept and compared, from what a scanner sent or somebody typed.

    White space and unseen characters go, capitals are made, dashes become hyphens. ISBT 128's data
    identifiers (`=`, `&` and a sign) go, and a donation number loses flag and check characters
    once they were found right. Other numbering than ISBT 128's is taken as it is.

    Arguments: which identifier the field asks for; the text. Returns: the identifier, "" for none.
    Refuses (`MisreadError`): a check character that does not fit; a donation number scanned where
    another identifier is asked, and the reverse; a chain-of-identity identifier of ISBT 128
    (data structure 040) that has not its form.

    >>> canonical(Which.DONATION, "=G12349865432177\\r")
    'G123498654321'
    >>> canonical(Which.DONATION, "g1234 98 654321 H")
    'G123498654321'
    >>> canonical(Which.CHAIN_OF_IDENTITY, " nl-coi-0418-a ")
    'NL-COI-0418-A'
    """
    seen = _DASHES.sub("-", _UNSEEN.sub("", text)).strip()
    joined = re.sub(r"\s+", "", seen).upper()
    if not joined:
        return ""
    marked = joined[0] in _MARKS
    if marked:
        return _scanned(which, joined, seen)
    return _donation(joined, seen) if which is Which.DONATION else joined


def _scanned(which: Which, joined: str, seen: str) -> str:
    """An identifier behind one of ISBT 128's data identifiers."""
    is_donation = joined[0] == "=" and joined[1:2].isalnum()
    if is_donation:
        if which is not Which.DONATION:
            raise _wrong_field(which, seen, Which.DONATION)
        return _donation(joined[1:], seen)
    content = joined[2:]
    if which is Which.DONATION or (joined.startswith(_CHAIN_MARK) and which is not _CHAIN_FIELD):
        raise _wrong_field(which, seen, _CHAIN_FIELD if joined.startswith(_CHAIN_MARK) else None)
    if joined.startswith(_CHAIN_MARK) and not _CHAIN.fullmatch(content):
        raise MisreadError(
            which,
            seen,
            Words(
                "The scan begins as an ISBT 128 chain-of-identity identifier but has not its form.",
                "De scan begint als een identiteitsketennummer van ISBT 128, maar heeft niet "
                "de vorm ervan.",
            ),
            _AGAIN,
        )
    return content


_CHAIN_FIELD: Final = Which.CHAIN_OF_IDENTITY
_AGAIN: Final = Words(
    "Scan it again, or type what stands under the bars.",
    "Scan opnieuw, of typ wat onder de streepjes staat.",
)


def _wrong_field(which: Which, seen: str, found: Which | None) -> MisreadError:
    what_en = f"a {found.en}" if found else "another data structure of ISBT 128"
    what_nl = f"een {found.nl}" if found else "een andere gegevensstructuur van ISBT 128"
    return MisreadError(
        which,
        seen,
        Words(f"This is {what_en}, not a {which.en}.", f"Dit is {what_nl}, geen {which.nl}."),
        Words(
            f"Scan the {which.en} into this field.",
            f"Scan in dit veld het {which.nl}.",
        ),
    )


def _donation(joined: str, seen: str) -> str:
    """A donation number; of ISBT 128's form without its flag and check characters."""
    match = _DONATION.fullmatch(joined)
    if match is None:
        return joined
    number, flag, check = match.groups()
    right = check_character(number)
    carried = flag is not None and flag.isdigit() and int(flag) >= _FIRST_CHECK_FLAG
    wrong_flag = carried and int(flag) - _FIRST_CHECK_FLAG != _VALUES.index(right)
    if wrong_flag or (check is not None and check != right):
        raise MisreadError(
            Which.DONATION,
            seen,
            Words(
                f"The check character of {number} should be {right}.",
                f"Het controleteken van {number} hoort {right} te zijn.",
            ),
            _AGAIN,
        )
    return number


def shown(which: Which, identifier: str) -> str:
    """An identifier as it is printed on labels: a donation number in its groups, with its check.

    >>> shown(Which.DONATION, "G123498654321")
    'G1234 98 654321 H'
    """
    if which is Which.DONATION and re.fullmatch(rf"{_FACILITY}\d{{8}}", identifier):
        groups = identifier[:5], identifier[5:7], identifier[7:], check_character(identifier)
        return " ".join(groups)
    return identifier
