# SPDX-License-Identifier: Apache-2.0
"""Grading scales from their TOML files; a file with faults is refused, with all of them at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path

from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.expression import Condition, parse
from cartulary.codebook.files import definition_files, file_stamp
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_checks import check_names, check_shape
from cartulary.codebook.scale_examples import example_failures, read_examples
from cartulary.codebook.scale_inputs import read_inputs
from cartulary.codebook.scale_parts import (
    Band,
    Combine,
    Domain,
    Flag,
    Grade,
    Marker,
    ScaleUnit,
    Setting,
    SettingOption,
    Shorthand,
    Step,
)
from cartulary.codebook.source import CONFIRMED, read_source
from cartulary.codebook.toml_page import Page, page_of
from cartulary.codebook.words import NO_WORDS
from cartulary.course.errors import CodebookError

_HOLE = re.compile(r"\{([a-z_0-9]+)\}")
_NOTHING = parse("nothing is absent")


def scales() -> Mapping[str, Scale]:
    """Every scale that is found, by id: those of the package and those of the centre's own folder.

    Read once, and again when a file of the centre's own folder changes. Two files with one id are
    refused, because a report could not say which of the two graded.

    >>> "astct_crs_2019" in scales()
    True
    """
    return _all_scales(file_stamp("scales"))


@lru_cache(maxsize=2)
def _all_scales(_stamp: tuple[tuple[str, int], ...]) -> Mapping[str, Scale]:
    return shelf("scales", lambda file: [((made := read_scale(file)).id, made)])


def scale_named(scale_id: str, **settings: str) -> Scale:
    """One scale by its id, with other settings than the file's own where they are given.

    >>> scale_named("astct_icans_2019", ice_or_capd_at_12="capd").settings[0].chosen
    'capd'
    """
    known = scales()
    if scale_id not in known:
        raise CodebookError(
            f"There is no scale {scale_id!r}. A grade needs a definition. Known: "
            f"{', '.join(known)}."
        )
    if not settings:
        return known[scale_id]
    for file in definition_files("scales"):
        if file.name == f"{scale_id}.toml":
            return read_scale(file, settings)
    raise CodebookError(f"The file of the scale {scale_id!r} is gone. Put it back.")


def read_scale(file: Path | Traversable, settings: Mapping[str, str] | None = None) -> Scale:
    """One scale from its TOML file, its worked examples checked.

    `settings` chooses other options than the file's own, by the name of the setting.
    Refuses (CodebookError, every problem of the file at once) a file without source, unit,
    edition or worked example, with a condition on a fact that it does not read, with a text in one
    language only, with a key that nothing reads, or whose own examples fail.
    """
    page = page_of(file)
    scale = _scale(page, settings or {})
    if scale.id and scale.id != file.name.removesuffix(".toml"):
        page.note("id", repr(scale.id), "The id is how a file is found.", "Name both alike.")
    if not page.problems:
        for number, example in enumerate(scale.examples, start=1):
            drawn_under = _scale(Page(page.raw, file.name), example.settings)
            if example.settings or not settings:
                for failure in example_failures(drawn_under, example):
                    why = "The file fails its own example."
                    page.note(f"example {number}", failure, why, "Mend the example or the scale.")
    page.refuse()
    return scale


class _Conditions:
    """Turns the texts of one file into conditions, with its settings and shorthands filled in."""

    def __init__(self, fillings: Mapping[str, str]) -> None:
        self.fillings = dict(fillings)
        self.used: set[str] = set()

    def fill(self, page: Page, key: str, text: str) -> str:
        """The text with every {name} replaced by its setting or shorthand."""

        def filled(match: re.Match[str]) -> str:
            name = match[1]
            if name not in self.fillings:
                known = ", ".join(self.fillings) or "none in this file"
                page.note(
                    key, match[0], "No setting or shorthand is called so.", f"Known: {known}."
                )
                return "nothing is absent"
            self.used.add(name)
            return self.fillings[name]

        return _HOLE.sub(filled, text)

    def __call__(self, page: Page, key: str) -> Condition | None:
        """The condition under a key; noted as a problem when it is not one."""
        text = page.text(key, 'Write a condition, such as when = "ice_score <= 6".')
        if not text:
            return None
        try:
            return parse(self.fill(page, key, text))
        except CodebookError as error:
            page.note(key, repr(text), str(error), "Mend the condition.")
            return None


def _scale(page: Page, chosen: Mapping[str, str]) -> Scale:
    settings = _settings(page, chosen)
    conditions = _Conditions(
        {name: text for one in settings for name, text in one.option.use.items()}
    )
    shorthands = _shorthands(page.page("shorthand"), conditions)
    inputs = read_inputs(page, conditions)
    combine = Combine(page.word("combine", tuple(str(one) for one in Combine)))
    source = read_source(page)
    confirm = page.words("confirm", required=source.support not in CONFIRMED)
    otherwise = page.page("otherwise")
    unit = page.word("unit", tuple(str(one) for one in ScaleUnit))
    scale = Scale(
        id=page.text("id", "Write the file's own name without .toml."),
        edition=page.text("edition", 'Say which edition this is, such as edition = "2019".'),
        unit=ScaleUnit(unit),
        name=page.words("name"),
        abbreviation=page.words("abbreviation"),
        summary=page.words("summary"),
        source=source,
        inputs=inputs,
        combine=combine,
        confirm=confirm if confirm.en else None,
        notes=tuple(note.words() for note in page.pages("note")),
        steps=_steps(page.pages("grade"), conditions),
        otherwise=_otherwise(otherwise) if otherwise.raw else None,
        domains=tuple(_domain(one, conditions) for one in page.pages("domain")),
        aspects=tuple(_domain(one, conditions) for one in page.pages("aspect")),
        markers=tuple(_marker(one, conditions) for one in page.pages("marker")),
        bands=tuple(_band(one) for one in page.pages("band")),
        flags=tuple(_flag(one, conditions) for one in page.pages("flag")),
        settings=settings,
        shorthands=shorthands,
        examples=read_examples(page, inputs),
    )
    page.close()
    check_shape(page, scale)
    check_names(page, scale)
    fillings = {one.name for one in shorthands} | {n for one in settings for n in one.option.use}
    unused = fillings - conditions.used
    for name in sorted(unused):
        page.note(name, "unused", "No condition says {" + name + "}.", "Use it or take it out.")
    return scale


def _shorthands(page: Page, conditions: _Conditions) -> tuple[Shorthand, ...]:
    """Conditions under a name: a text alone, or a table with the words for it."""
    found: list[Shorthand] = []
    for name, raw in page.raw.items():
        if isinstance(raw, Mapping):
            one = page.page(name)
            text, words = one.text("when"), one.words()
            one.close()
        else:
            text, words = page.text(name), NO_WORDS
        conditions.fillings[name] = f"({conditions.fill(page, name, text)})"
        found.append(Shorthand(name, text, words))
    return tuple(found)


def _settings(page: Page, chosen: Mapping[str, str]) -> tuple[Setting, ...]:
    found: list[Setting] = []
    for name, one in page.named_pages("setting"):
        options = tuple(_option(key, option) for key, option in one.named_pages("option"))
        value = chosen.get(name) or one.text("value", "Name the option in force.")
        one.any("value")
        if value not in [option.id for option in options]:
            known = ", ".join(option.id for option in options) or "none is written"
            one.note("value", repr(value), "There is no such option.", f"Options: {known}.")
            continue
        found.append(Setting(name, value, one.words("why"), options))
        if any(set(option.use) != set(options[0].use) for option in options):
            one.note(
                "option", "uses differ", "Every option fills the same names.", "Make them alike."
            )
        one.close()
    for name in set(chosen) - {setting.id for setting in found}:
        known = ", ".join(setting.id for setting in found) or "none"
        page.note("setting", repr(name), "The scale has no such setting.", f"It has: {known}.")
    return tuple(found)


def _option(name: str, page: Page) -> SettingOption:
    use = page.page("use")
    option = SettingOption(name, page.words(), {key: use.text(key) for key in use.raw})
    page.close()
    return option


def _grade_value(page: Page) -> Grade:
    value = page.any("grade")
    if isinstance(value, bool) or not isinstance(value, (int, str)) or value == "":
        found = "missing" if value is None else repr(value)
        page.note("grade", found, "A grade is a number, a class a word.", "Write grade = 1.")
        return 0
    return value


def _steps(pages: Iterable[Page], conditions: _Conditions) -> tuple[Step, ...]:
    steps: list[Step] = []
    for page in pages:
        when = conditions(page, "when")
        steps.append(
            Step(_grade_value(page), page.words(), when or _NOTHING, str(page.any("when")))
        )
        page.close()
    return tuple(steps)


def _otherwise(page: Page) -> Step:
    step = Step(_grade_value(page), page.words(), _NOTHING, "")
    page.close()
    return step


def _domain(page: Page, conditions: _Conditions) -> Domain:
    domain = Domain(
        id=page.text("id"),
        words=page.words(),
        required=page.yes_no("required", default=True),
        steps=_steps(page.pages("grade"), conditions),
    )
    if not domain.steps:
        page.note("grade", "missing", "A domain without grades decides nothing.", "Add grades.")
    page.close()
    return domain


def _marker(page: Page, conditions: _Conditions) -> Marker:
    rows: list[tuple[int, Condition, str]] = []
    for row in page.pages("row"):
        when = conditions(row, "when")
        rows.append((row.whole("points") or 0, when or _NOTHING, str(row.any("when"))))
        row.close()
    marker = Marker(page.text("id"), page.words(), tuple(rows))
    page.close()
    return marker


def _band(page: Page) -> Band:
    band = Band(_grade_value(page), page.whole("low") or 0, page.whole("high") or 0, page.words())
    page.close()
    return band


def _flag(page: Page, conditions: _Conditions) -> Flag:
    flag = Flag(page.text("id"), page.words(), conditions(page, "when") or _NOTHING)
    page.close()
    return flag
