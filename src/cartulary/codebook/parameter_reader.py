# SPDX-License-Identifier: Apache-2.0
"""The twin's parameters from their files, read whole and refused with all their faults."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np

from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.files import file_stamp
from cartulary.codebook.parameter_set import (
    Correlation,
    Parameter,
    ParameterSet,
    ParameterSupport,
    SpreadScale,
    Trait,
)
from cartulary.codebook.source import SUPPORT, Source
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.errors import CodebookError

_FOLDER: Final = "parameters"
_NOT_READ: Final = ("ours", "from_memory_high", "from_memory_medium", "from_memory_low")


@dataclass(frozen=True)
class ParameterFile:
    """One file of parameters, whole."""

    file_id: str
    edition: str
    name: Words
    summary: Words
    parameters: tuple[Parameter, ...]
    traits: tuple[Trait, ...]
    correlations: tuple[Correlation, ...]
    file: str


def parameter_files() -> Mapping[str, ParameterFile]:
    """Every file of parameters by its id: the package's, then those of the centre.

    >>> "car_t_cells" in parameter_files()
    True
    """
    return _files(file_stamp(_FOLDER))


def parameters() -> ParameterSet:
    """Every parameter of every file as one set.

    Refuses, all together: files that do not follow the grammar, a name that stands in two files,
    a correlation between names that are not there, and correlations that contradict each other.

    >>> parameters().value("destiny") > 0
    True
    """
    return _parameters(file_stamp(_FOLDER))


@lru_cache(maxsize=4)
def _files(_stamp: tuple[tuple[str, int], ...]) -> Mapping[str, ParameterFile]:
    """The files in one state; the stamp only tells states apart."""
    return shelf(_FOLDER, lambda file: [((made := read_parameters(file)).file_id, made)])


@lru_cache(maxsize=4)
def _parameters(stamp: tuple[tuple[str, int], ...]) -> ParameterSet:
    return set_of(_files(stamp).values())


def read_parameters(file: Traversable | Path) -> ParameterFile:
    """The parameters in one file; refused with every problem of that file, each with its line."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodebookError(f"{file.name}: {error.reason}. It must be UTF-8. Save it so.") from None
    return parameters_from_text(text, file.name)


def parameters_from_text(text: str, file: str) -> ParameterFile:
    """The parameters that a TOML text holds; `file` is what messages call it."""
    page = page_of_text(text, file)
    sources = {name: _source(part) for name, part in page.named_pages("sources")}
    made = ParameterFile(
        file_id=page.text("id"),
        edition=page.text("edition"),
        name=page.words("name"),
        summary=page.words("summary"),
        parameters=tuple(_parameter(part, sources) for part in page.pages("parameter")),
        traits=tuple(_trait(part) for part in page.pages("trait")),
        correlations=tuple(_correlation(part, sources) for part in page.pages("correlation")),
        file=page.file,
    )
    page.close()
    for what, names in (
        ("parameter", [one.name for one in made.parameters]),
        ("trait", [one.name for one in made.traits]),
    ):
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            page.note(what, repr(name), "Two bear this name.", "Rename one.")
    if not made.parameters and not made.correlations:
        page.note("parameter", "missing", "The file says nothing.", "Write a [[parameter]].")
    refuse_with_lines(page, text)
    return made


def set_of(files: Iterable[ParameterFile]) -> ParameterSet:
    """The parameters of several files as one set; refused where they contradict each other."""
    listed = tuple(files)
    problems: list[str] = []
    found = _by_name([one for file in listed for one in file.parameters], problems)
    traits = _by_name([one for file in listed for one in file.traits], problems)
    correlations = tuple(one for file in listed for one in file.correlations)
    known = {*found, *traits}
    for one in correlations:
        problems += [
            f"correlation: {name!r}. It is no parameter that differs between children, and no "
            "trait. Give the name of one."
            for name in (one.one, one.other)
            if name not in known or (name in found and found[name].spread == 0)
        ]
    if not problems and not _go_together(correlations):
        problems.append(
            "correlation: together. No children can be drawn with all of these correlations: they "
            "contradict each other. Weaken the strongest."
        )
    if problems:
        raise CodebookError(problems)
    return ParameterSet(MappingProxyType(found), MappingProxyType(traits), correlations)


Named = TypeVar("Named", Parameter, Trait)


def _by_name(listed: list[Named], problems: list[str]) -> dict[str, Named]:
    """Parameters or traits by name; a name that comes twice is a problem."""
    found: dict[str, Named] = {}
    for one in listed:
        if one.name in found:
            problems.append(
                f"{one.name!r} is defined twice. One name has one meaning. Rename one of them."
            )
        found[one.name] = one
    return found


def _go_together(correlations: tuple[Correlation, ...]) -> bool:
    """Whether a normal distribution can have all of these correlations at once."""
    names = sorted({name for one in correlations for name in (one.one, one.other)})
    if not names:
        return True
    matrix = np.eye(len(names))
    for one in correlations:
        row, column = names.index(one.one), names.index(one.other)
        matrix[row, column] = matrix[column, row] = one.value
    return bool(np.linalg.eigvalsh(matrix).min() > 1e-6)


def _source(page: Page) -> Source:
    """One of the sources that parameters name."""
    support = page.word("support", SUPPORT)
    doi = page.text("doi", required=False)
    made = Source(
        citation=page.text("citation", "Give authors, title, year."),
        url=page.text(
            "url", 'Give url or doi; url = "none" where there is none.', required=not doi
        ).replace("none", ""),
        doi=doi,
        support=support,
        read_on=page.day("read_on", required=support not in _NOT_READ),
    )
    page.close()
    return made


def _named_source(page: Page, sources: Mapping[str, Source]) -> Source:
    name = page.word("source", sources) if sources else page.text("source")
    return sources.get(name, Source("", support="ours"))


Chosen = TypeVar("Chosen", bound=Choice)


def _choice(page: Page, key: str, choices: type[Chosen], default: str = "") -> Chosen:
    return choices(page.word(key, tuple(one.value for one in choices), default))


def _parameter(page: Page, sources: Mapping[str, Source]) -> Parameter:
    low, high = _bounds(page)
    made = Parameter(
        name=page.text("name"),
        symbol=page.text("symbol", required=False),
        words=page.words("words"),
        unit=page.text("unit", 'Write its unit; "1" for a bare number.'),
        value=_needed(page, "value"),
        scale=_choice(page, "scale", SpreadScale, "log"),
        spread=page.number("spread") or 0.0,
        low=low,
        high=high,
        with_weight=page.yes_no("with_weight", default=False),
        fitted=page.yes_no("fitted", default=False),
        support=_choice(page, "support", ParameterSupport),
        source=_named_source(page, sources),
        note=page.words("note", required=False),
        file=page.file,
    )
    page.close()
    if made.name and not made.name.replace("_", "a").isidentifier():
        page.wrong("name", "A name is made of letters, digits and _.", "Rename it.")
    if made.spread < 0 or not math.isfinite(made.spread):
        page.wrong("spread", "A spread is a number from 0 on.", "Leave it out for none.")
    elif why := made.refusal(made.value):
        page.wrong("value", why, "Mend the value or the bounds.")
    return made


def _needed(page: Page, key: str) -> float:
    """A number that must be there."""
    value = page.number(key)
    if value is None and not page.has(key):
        page.wrong(key, "A parameter without a value is none.", f"Write {key} = 1.0, say.")
    return math.nan if value is None else value


def _bounds(page: Page) -> tuple[float, float]:
    """The lowest and the highest value that a child can have."""
    value = page.any("bounds")
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in value)
        and value[0] <= value[1]
    ):
        return float(value[0]), float(value[1])
    why = "Without bounds one child in a million is a monster."
    page.wrong("bounds", why, "Write bounds = [lowest, highest].")
    return -math.inf, math.inf


def _trait(page: Page) -> Trait:
    made = Trait(page.text("name"), page.words("words"))
    page.close()
    return made


def _correlation(page: Page, sources: Mapping[str, Source]) -> Correlation:
    between = page.texts("between")
    if len(between) != 2 or between[0] == between[1]:
        page.wrong("between", "Two different names go together.", 'Write between = ["a", "b"].')
        between = ("", "")
    value = _needed(page, "value")
    if not -1 < value < 1:
        page.wrong("value", "A correlation lies between -1 and 1.", "Write value = 0.3, say.")
    made = Correlation(
        between[0],
        between[1],
        value,
        _choice(page, "support", ParameterSupport),
        _named_source(page, sources),
        page.words("note"),
    )
    page.close()
    return made
