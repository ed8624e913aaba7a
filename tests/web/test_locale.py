# SPDX-License-Identifier: Apache-2.0
"""Every English text that a page can show has a Dutch one, and the catalogue is up to date."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

from cartulary.web.locale_build import LOCALE, joined

WEB = LOCALE.parent
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
FUNCTIONS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


def used_in(path: Path) -> set[str]:
    """Every text that a file marks for translation."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = templatize(text, origin=str(path)) if "{%" in text else ""
    found = extract("python", BytesIO(text.encode()), keywords=FUNCTIONS)
    messages: set[str] = set()
    for _, message, _, _ in found:
        messages.add(message[0] if isinstance(message, tuple) else message)
    return {text for text in messages if text and text.strip()}


def files() -> list[Path]:
    return sorted(path for suffix in ("*.py", "*.html") for path in WEB.rglob(suffix))


def dutch() -> set[str]:
    """Every English text that has a Dutch one."""
    held = set()
    for message in joined():
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(said):
            held.add(message.id if isinstance(message.id, str) else message.id[0])
    return held


def test_every_text_of_a_page_is_there_in_dutch() -> None:
    held = dutch()
    missing = [
        f"{path.relative_to(WEB)}: {text!r}"
        for path in files()
        for text in sorted(used_in(path))
        if text not in held
    ]
    assert not missing, "\n".join(missing)


def test_the_catalogue_is_up_to_date() -> None:
    made = BytesIO()
    write_mo(made, joined())
    built = (LOCALE / "nl" / "LC_MESSAGES" / "django.mo").read_bytes()
    assert built == made.getvalue(), "run: python -m cartulary.web.locale_build"


def test_placeholders_are_the_same_in_both_languages() -> None:
    wrong = []
    for message in joined():
        if not message.id:
            continue
        pairs = (
            [(message.id, message.string)]
            if isinstance(message.id, str)
            else [(message.id[1], string) for string in message.string[1:]]
        )
        for english, nl in pairs:
            one, other = (sorted(PLACES.findall(text)) for text in (english, nl))
            if one != other:
                wrong.append(f"{english!r} and {nl!r}")
    assert not wrong, "\n".join(wrong)
