# SPDX-License-Identifier: Apache-2.0
"""A chain-of-identity proof as PDF/UA-1 by typst: the same bytes for the same data."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cartulary.reports.identity_proof.content import (
    BlockedAttempt,
    HandOff,
    IdentityProof,
    ReadIdentifier,
    TakenBackStep,
)
from cartulary.reports.identity_proof.words import WORDS

HERE = files("cartulary.reports.identity_proof")
FONTS = files("cartulary.reports") / "fonts"


def render_proof(proof: IdentityProof) -> bytes:
    """The proof as a tagged PDF/UA-1 file on one page, more only where there is too much for one.

    Arguments: the proof, with its words in its language. Returns: the bytes, identical for
    identical data; neither the clock nor the machine's fonts enter them.
    """
    import typst

    content = json.dumps(print_form(proof), ensure_ascii=False)
    while True:
        try:
            return bytes(
                _compiler().compile(
                    input=str(Path(str(HERE)) / "proof.typ"),
                    format="pdf",
                    sys_inputs={"proof": content},
                    pdf_standards=["ua-1"],
                )
            )
        except typst.TypstError as error:
            legible = _legible(content, str(error))
            if legible == content:
                raise
            content = legible


_ILLEGIBLE = re.compile(r'the text `"(.+?)"` could not be displayed')


def _legible(content: str, error: str) -> str:
    """The content with what no font can show as a question mark, as the typesetter named it."""
    found = _ILLEGIBLE.search(error)
    for character in found[1] if found else "":
        if ord(character) > _LAST_ASCII:
            content = content.replace(character, "?")
    return content


_LAST_ASCII = 0x7F


@cache
def _compiler() -> Any:
    """The typesetter with typst's own fonts and Inter; the machine's fonts are left out."""
    import typst

    return typst.Compiler(
        root=str(Path(str(HERE))),
        font_paths=[str(Path(str(FONTS)))],
        ignore_system_fonts=True,
    )


def print_form(proof: IdentityProof) -> dict[str, Any]:
    """The proof as plain JSON values: every text is set as text, never read as code."""
    lang = proof.lang
    say = {name: words.text(lang) for name, words in WORDS.items()}
    name = " · ".join(
        part for part in (proof.product, f"{say['bag']} {proof.bag}" if proof.bag else "") if part
    )
    return {
        "lang": lang,
        "title": f"{say['title']} {name}",
        "name": name,
        "for": f"{say['for']} {proof.child}",
        "programme": proof.programme,
        "state": f"{say['now']}: {proof.state}",
        "sample": proof.sample,
        "unbroken": proof.is_unbroken,
        "finding": _finding(proof, say),
        "labels": [{"name": label, "value": value} for label, value in proof.labels],
        "hand_offs": [_hand_off(n, step, say) for n, step in enumerate(proof.hand_offs, start=1)],
        "blocked": [_blocked(attempt, say) for attempt in proof.blocked],
        "taken_back": [_taken_back(one, say) for one in proof.taken_back],
        "head": f"{say['head']} {proof.head_number}",
        "head_hash": _grouped(proof.head_hash),
        "verdict": proof.verdict,
        "made": proof.made,
        "edition": f"{say['table']} {proof.edition}",
        "words": say,
    }


def _finding(proof: IdentityProof, say: dict[str, str]) -> list[str]:
    count = len(proof.hand_offs)
    if not proof.sound:
        finding = say["altered"]
    elif not count:
        finding = say["nothing"]
    elif not proof.is_unbroken:
        finding = say["broken"]
    elif count == 1:
        finding = say["one_unbroken"]
    else:
        finding = say["unbroken"].format(count=count)
    blocked = len(proof.blocked)
    if not blocked:
        return [finding, ""]
    sentence = say["blocked_once"] if blocked == 1 else say["blocked_often"].format(count=blocked)
    return [finding, sentence]


def _hand_off(number: int, step: HandOff, say: dict[str, str]) -> dict[str, Any]:
    return {
        "number": str(number),
        "step": step.step,
        "parties": step.parties,
        "when": step.when,
        "people": step.people,
        "identifiers": _identifiers(step.identifiers),
        "temperature": step.temperature,
        "entry": str(step.entry),
        "hash": _grouped(step.hash),
        "note": " · ".join(
            part
            for part in (
                f"{say['first_signature']} {step.first_entry}" if step.first_entry else "",
                f"{say['reason']}: {step.reason}" if step.reason else "",
            )
            if part
        ),
    }


def _blocked(attempt: BlockedAttempt, say: dict[str, str]) -> dict[str, Any]:
    return {
        "step": attempt.step,
        "when": attempt.when,
        "by": attempt.by,
        "identifiers": _identifiers(attempt.identifiers),
        "entry": str(attempt.entry),
        "hash": _grouped(attempt.hash),
        "query": f"{say['query']} {attempt.query}" if attempt.query else "",
    }


def _taken_back(one: TakenBackStep, say: dict[str, str]) -> dict[str, str]:
    return {
        "step": one.step,
        "when": one.when,
        "by": one.by,
        "reason": one.reason,
        "entry": str(one.entry),
        "hash": _grouped(one.hash),
        "back_entry": f"{say['back_entry']} {one.back_entry}",
    }


def _identifiers(identifiers: Sequence[ReadIdentifier]) -> list[dict[str, Any]]:
    return [
        {"name": one.name, "read": one.read, "expected": one.expected, "agrees": one.agrees}
        for one in identifiers
    ]


def _grouped(digest: str) -> str:
    """A hash in groups of eight, so that an eye can compare it."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
