# SPDX-License-Identifier: Apache-2.0
"""The printed chain of identity: whole, the same every time, tagged, honest, and never code."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest

from cartulary.reports.identity_proof.content import (
    BlockedAttempt,
    HandOff,
    IdentityProof,
    ReadIdentifier,
)
from cartulary.reports.identity_proof.pdf import print_form, render_proof

NASTY = '#panic("typst") $x$ *b* _i_ `r` @l \\ <b> {{ 7*7 }} "q"'


def sample(lang: str = "en", hand_offs: int = 9, **changes: object) -> IdentityProof:
    read = (
        ReadIdentifier("chain-of-identity identifier", "NL-COI-0418-A", "nl-coi-0418-a"),
        ReadIdentifier("donation number", "G1234 98 654321 H", "G1234 98 654321 H"),
    )
    wrong = (ReadIdentifier("chain-of-identity identifier", "NL-COI-0412-B", "NL-COI-0418-A"),)
    made = IdentityProof(
        lang=lang,
        product="P-0031",
        bag="A",
        child="M-026",
        programme="Drawn centre",
        state="received",
        labels=(("donation number", "G1234 98 654321 H"),),
        hand_offs=tuple(
            HandOff(
                f"Step {number}",
                "2020-09-29 11:18",
                "Courier → Cell laboratory",
                "R. Smit · H. Mulder · F. Aydin",
                read,
                "−177 to −171 °C, ≤ −150 °C: within limits",
                12400 + number,
                f"{number:08x}" * 8,
            )
            for number in range(1, hand_offs + 1)
        ),
        blocked=(
            BlockedAttempt("Receive", "2020-09-29 11:06", "H. Mulder", wrong, 12371, "ab" * 32),
        ),
        head_number=12412,
        head_hash="0123abcd" * 8,
        verdict="The entries on this page were worked out again and are as written.",
        made="from the ledger to entry 12412",
        edition="1",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def text_of(pdf: bytes) -> list[str]:
    from pypdf import PdfReader

    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_one_page_with_every_hand_off_and_the_same_bytes_each_time(lang: str) -> None:
    pdf = render_proof(sample(lang))
    assert render_proof(sample(lang)) == pdf
    (text,) = text_of(pdf)
    for number in range(1, 10):
        assert f"Step {number}" in text
        assert str(12400 + number) in text
        assert f"{number:08x}" in text
    assert "0123abcd" in text
    assert ("medisch hulpmiddel" if lang == "nl" else "medical device") in text


def test_it_is_tagged_and_says_its_language_and_title() -> None:
    import pikepdf

    with pikepdf.open(BytesIO(render_proof(sample("nl")))) as book:
        assert bool(book.Root.MarkInfo.Marked)
        assert str(book.Root.Lang) == "nl"
        with book.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["dc:title"] == "Identiteitsketen P-0031 · zak A"
            assert "xmp:CreateDate" not in about


def test_the_finding_says_broken_as_soon_as_anything_is() -> None:
    whole = sample()
    assert whole.is_unbroken
    assert "Every identifier" in print_form(whole)["finding"][0]
    step = whole.hand_offs[3]
    one_only = replace(step, identifiers=step.identifiers[:1])
    differing = replace(
        step, identifiers=(step.identifiers[0], replace(step.identifiers[1], read="X"))
    )
    for bad in (one_only, differing):
        broken = replace(whole, hand_offs=(*whole.hand_offs[:3], bad))
        assert not broken.is_unbroken
        assert "Do not rely on this page" in print_form(broken)["finding"][0]
    assert "not what was written" in print_form(replace(whole, sound=False))["finding"][0]
    assert print_form(replace(whole, hand_offs=()))["finding"][0].startswith("No hand-off")


def test_no_word_of_a_programme_is_read_as_code_and_no_letter_stops_the_page() -> None:
    step = replace(sample().hand_offs[0], people=NASTY, reason="王 😀 نعم", temperature=NASTY)
    (text,) = text_of(render_proof(sample(programme=NASTY, hand_offs=1, product=NASTY)))
    assert "panic" in text
    (text,) = text_of(render_proof(replace(sample(), hand_offs=(step,))))
    assert "7*7" in text


def test_a_long_life_goes_on_over_the_page_with_its_number() -> None:
    pages = text_of(render_proof(sample(hand_offs=40)))
    assert len(pages) > 1
    assert f"2 / {len(pages)}" in pages[1]
    assert all(any(f"Step {number} " in page for page in pages) for number in range(1, 41))


def test_nothing_but_what_it_was_given_stands_on_it() -> None:
    """Frozen data in, page out: no database, no clock, no child beyond the pseudonym."""
    form = str(print_form(sample()))
    assert "M-026" in form
    assert "hospital number" not in form
