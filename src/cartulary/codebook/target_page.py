# SPDX-License-Identifier: Apache-2.0
"""One file of targets as a page: each published figure, what it is judged by, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.target import Target, TargetFile, TargetUse
from cartulary.codebook.words import vocabulary

_WORDS: Final = vocabulary(
    {
        "edition": ("edition", "editie"),
        "figure": ("Figure", "Cijfer"),
        "printed": ("Printed", "Gedrukt"),
        "cohort": ("Published cohort", "Gepubliceerd cohort"),
        "judged": ("Simulated courses are judged by", "Gesimuleerd beloop beoordeeld met"),
        "beside": ("Virtual children", "Virtuele kinderen"),
        "use": ("Use", "Gebruik"),
        "fit": ("fitted", "gefit"),
        "kept_aside": ("kept aside", "apart gehouden"),
        "notes": ("Why so", "Waarom zo"),
        "misses": ("Missed by the model", "Door het model gemist"),
        "to": ("to", "tot"),
        "file": ("The file:", "Het bestand:"),
    }
)


def target_page(shown: TargetFile, lang: str) -> str:
    """The page of one file of targets in Markdown.

    Arguments: a file, as `target_reader.target_files` holds them; "en" or "nl".
    Returns: Markdown text that ends in a newline.
    Refuses nothing.

    >>> from cartulary.codebook.target_reader import target_files
    >>> target_page(target_files()["prwcc"], "en").splitlines()[0]
    '# PRWCC'
    """
    return "\n".join(_lines(shown, lang)).rstrip() + "\n"


def _lines(shown: TargetFile, lang: str) -> Iterator[str]:
    def say(key: str) -> str:
        return _WORDS[key].text(lang)

    yield f"# {shown.name.text(lang)}"
    yield from ("", f"`{shown.file_id}`, {say('edition')} {shown.edition}.")
    yield from ("", shown.summary.text(lang), "")
    yield f"| {' | '.join(map(say, ('figure', 'printed', 'cohort', 'judged', 'beside', 'use')))} |"
    yield "| --- | ---: | --- | --- | --- | --- |"
    for one in shown.targets:
        use = say("fit" if one.use is TargetUse.FIT else "kept_aside")
        cells = (
            f"{one.words.text(lang)} (`{one.id}`)", _printed(one, lang), f"`{one.benchmark}`",
            f"`{one.definition}`" if one.definition else "", f"`{one.scenario}`", use,
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"
    for key, told in (
        ("notes", [(one.id, one.why.text(lang)) for one in shown.targets]),
        ("misses", [(one.id, one.miss.text(lang)) for one in shown.targets]),
    ):
        lines = [f"- `{name}`: {text}" for name, text in told if text]
        if lines:
            yield from ("", f"## {say(key)}", "", *lines)
    yield from ("", f"{say('file')} `{shown.file}`")


def _printed(one: Target, lang: str) -> str:
    """The value with its printed interval."""

    def number(value: float) -> str:
        text = f"{value:.3g}"
        return text.replace(".", ",") if lang == "nl" else text

    if one.low is None or one.high is None:
        return number(one.value)
    to = _WORDS["to"].text(lang)
    return f"{number(one.value)} ({number(one.low)} {to} {number(one.high)})"
