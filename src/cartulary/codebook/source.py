# SPDX-License-Identifier: Apache-2.0
"""Where a definition or a figure was read, and how well that reading is supported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from cartulary.codebook.toml_page import Page
from cartulary.codebook.words import Vocabulary, vocabulary

#: Every word of support, the strongest first; `ours` stands apart, for what we chose ourselves.
SUPPORT: Final = vocabulary(
    {
        "found": ("read in the source", "gelezen in de bron"),
        "found_secondary": ("read in a secondary source", "gelezen in een secundaire bron"),
        "from_memory_high": ("from memory, high confidence", "uit het geheugen, grote zekerheid"),
        "derived": ("reckoned from printed figures", "berekend uit gedrukte cijfers"),
        "found_in_part": (
            "read in part, the rest is our reading: UNCONFIRMED",
            "deels gelezen, de rest is onze lezing: ONBEVESTIGD",
        ),
        "from_memory_medium": (
            "from memory, medium confidence: UNCONFIRMED",
            "uit het geheugen, matige zekerheid: ONBEVESTIGD",
        ),
        "from_memory_low": (
            "from memory, low confidence: UNCONFIRMED",
            "uit het geheugen, geringe zekerheid: ONBEVESTIGD",
        ),
        "conflict": ("sources conflict: UNCONFIRMED", "bronnen spreken elkaar tegen: ONBEVESTIGD"),
        "unverified": ("source not found: UNCONFIRMED", "bron niet gevonden: ONBEVESTIGD"),
        "ours": ("our own choice, set down here", "onze eigen keuze, hier vastgelegd"),
    }
)
#: Support under which nothing is left to confirm.
CONFIRMED: Final = frozenset({"found", "found_secondary", "from_memory_high", "derived", "ours"})
#: Never chosen unless asked for by name.
DISPUTED: Final = frozenset({"conflict", "unverified"})
#: What a published figure can have: it is read as a whole or not at all, and is never ours.
SUPPORT_OF_FIGURES: Final[Vocabulary] = {
    code: words for code, words in SUPPORT.items() if code not in ("found_in_part", "ours")
}
#: Support that says by itself that no page was read on a day.
_NOT_READ: Final = ("ours", "from_memory_high", "from_memory_medium", "from_memory_low")


@dataclass(frozen=True, slots=True)
class Source:
    """Where something was read; `url` is empty where the text has no address.

    `support` is a word of `SUPPORT`; it is empty in a published cohort, where each figure has its
    own. `licence_note` says what was taken of a published cohort.
    """

    citation: str
    url: str = ""
    doi: str = ""
    support: str = ""
    read_on: date | None = None
    licence_note: str = ""

    @property
    def address(self) -> str:
        """Where to look it up: the address, else the doi, else nothing."""
        return self.url or (f"doi:{self.doi}" if self.doi else "")

    def line(self, lang: str) -> str:
        """The source of a definition in one line of Markdown: citation, doi, address, support.

        >>> Source("A protocol", support="found").line("nl")
        'A protocol (gelezen in de bron).'
        """
        doi = f" doi:{self.doi}" if self.doi else ""
        url = f" <{self.url}>" if self.url else ""
        return f"{self.citation}{doi}{url} ({SUPPORT[self.support].text(lang)})."


def read_source(file: Page) -> Source:
    """The [source] of a definition file; what is missing in it is noted on its page."""
    page = file.page("source")
    if not page.raw:
        why = "What is defined by a file that cannot be traced may not be shown."
        file.note("source", "missing", why, "Write [source] with citation, url, support, read_on.")
        return Source("", support="ours")
    support = page.word("support", SUPPORT)
    source = _traced(page, support, dated=support not in _NOT_READ)
    page.close()
    return source


def read_source_of_figures(page: Page) -> Source:
    """The [source] of a published cohort: without support of its own, with a licence note."""
    note = page.text("licence_note", "Say in a sentence what was taken.")
    source = _traced(page, "", dated=True, licence_note=note)
    page.close()
    return source


def _traced(page: Page, support: str, *, dated: bool, licence_note: str = "") -> Source:
    """What lets a reader look it up: citation, url or doi, and the day it was read."""
    doi = page.text("doi", required=False)
    url = page.text("url", 'Give url or doi; url = "none" where there is none.', required=not doi)
    return Source(
        citation=page.text("citation", "Give authors, title, year."),
        url="" if url == "none" else url,
        doi=doi,
        support=support,
        read_on=page.day("read_on", required=dated),
        licence_note=licence_note,
    )
