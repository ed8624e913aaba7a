# SPDX-License-Identifier: Apache-2.0
"""Questions from their files, each read whole and refused with all its faults and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.source import SUPPORT, Source
from cartulary.codebook.toml_lines import refuse_with_lines
from cartulary.codebook.toml_page import Page, page_of_text
from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.errors import CodebookError
from cartulary.studies.questions.observed_reader import read_observed
from cartulary.studies.questions.outcomes_within import outcomes_within
from cartulary.studies.questions.own_studies import STUDIES
from cartulary.studies.questions.question import (
    Difference,
    Guess,
    Question,
    QuestionArm,
    Settling,
)
from cartulary.twin.policy import Policy
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population import Population
from cartulary.twin.population_reader import default_population, read_population

FILE_NAME: Final = "question.toml"
#: Where the questions of the checkout lie, seen from the folder one works in.
USUAL_FOLDER: Final = Path("examples/questions")


def question_files(folder: Path = USUAL_FOLDER) -> tuple[Path, ...]:
    """Every question of a folder, in the order of their numbers."""
    found = folder.glob(f"*/{FILE_NAME}")
    return tuple(sorted(found, key=lambda file: _rank(file.parent.name)))


def _rank(name: str) -> tuple[str, int, str]:
    digits = "".join(one for one in name if one.isdigit())
    return (name.rstrip("0123456789"), int(digits) if digits else 0, name)


def find_question(asked: str, folder: Path = USUAL_FOLDER) -> Path:
    """The file of a question named by its number, its folder, or its own path.

    Refuses: a name that no folder has, with the names that are there.
    """
    given = Path(asked)
    for file in (folder / asked / FILE_NAME, given / FILE_NAME, given):
        if file.is_file():
            return file
    known = ", ".join(file.parent.name for file in question_files(folder))
    raise CodebookError(
        f"There is no question {asked!r} in {folder}. A question is a folder with a {FILE_NAME}. "
        + (f"The questions there are: {known}." if known else "Give its folder with --folder.")
    )


def read_question(file: Path) -> Question:
    """The question in one file; refused with every problem of it at once, each with its line.

    Arguments: the path of a TOML file; examples/questions holds some.
    Refuses: keys that are unknown or missing, arms whose policy or population cannot be read,
    and differences, figures and sizes that name an arm or an outcome that is not there.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CodebookError(
            f"{file}: {error.strerror or error}. A question is read from a file. Check its path."
        ) from None
    page = page_of_text(text, str(file))
    arms = _arms(page, file.parent)
    known_arms = tuple(arm.arm_id for arm in arms)
    years = _between(page, "years", 0.5, 15.0, 3.0)
    known_outcomes = tuple(one.id for one in outcomes_within(years))
    usual = _outcome_list(page, "outcomes", known_outcomes)
    made = Question(
        question_id=page.text("id"),
        edition=page.text("edition"),
        title=page.words("title"),
        question=page.words("question"),
        article=page.words("article"),
        opening=page.words("opening", required=False),
        years=years,
        guessed=page.yes_no("guessed", default=False),
        arms=arms,
        differences=_differences(page, known_arms, known_outcomes, usual),
        observed=tuple(
            read_observed(one, known_arms, known_outcomes) for one in page.pages("observed")
        ),
        guesses=tuple(_guess(one) for one in page.pages("guess")),
        left_out=_several_words(page, "left_out"),
        settling=_settling(page, known_arms, known_outcomes),
        settled_by=page.words("settled_by", required=False),
        sources=tuple(_source(one) for one in page.pages("source")),
        study=_study(page),
        labels=_words_by_code(page, "labels"),
        says=_words_by_code(page, "says"),
        file=str(file),
    )
    page.close()
    _check(made, page)
    refuse_with_lines(page, text)
    return made


def _check(made: Question, page: Page) -> None:
    """What no single table can see."""
    names = [arm.arm_id for arm in made.arms]
    for name in sorted({one for one in names if names.count(one) > 1}):
        page.note("arm", repr(name), "Two arms have this id.", "Give each its own.")
    if not made.arms and not made.study:
        page.note("arm", "missing", "Nothing is simulated.", "Write an [[arm]] or a study.")
    if len(made.arms) > 1 and not made.differences:
        why = "Several arms stand side by side and nothing is compared."
        page.note("difference", "missing", why, "Write a [[difference]] with one and other.")
    if not made.left_out:
        why = "Every model leaves something out, and a reader must know what."
        page.note("left_out", "missing", why, "Write [[left_out]] with en and nl.")
    if made.settling is None and made.settled_by == NO_WORDS:
        why = "An answer says which study would settle it."
        page.note("settling", "missing", why, "Write [settling], or [settled_by] without a size.")
    if not made.sources:
        why = "A question that cannot be traced may not be answered."
        page.note("source", "missing", why, "Write a [[source]].")


def _arms(page: Page, folder: Path) -> tuple[QuestionArm, ...]:
    found = []
    for one in page.pages("arm"):
        policy = _policy(one, folder)
        population = _population(one, folder)
        made_id = one.text("id")
        words = one.words("words")
        changes = _changes(one)
        one.close()
        if policy is not None and population is not None:
            found.append(QuestionArm(made_id, words, policy, population, changes))
    return tuple(found)


def _policy(page: Page, folder: Path) -> Policy | None:
    try:
        return read_policy(folder / page.text("policy", 'Write policy = "policy.toml".'))
    except CodebookError as error:
        page.wrong("policy", str(error), "Mend that file, or name another.")
        return None


def _population(page: Page, folder: Path) -> Population | None:
    name = page.text("population", required=False)
    if not name:
        return default_population()
    try:
        return read_population(folder / name)
    except CodebookError as error:
        page.wrong("population", str(error), "Mend that file, or name another.")
        return None


def _changes(page: Page) -> Mapping[str, float]:
    """Parameters of this arm alone, each there and within its bounds."""
    table = page.page("changes")
    made: dict[str, float] = {}
    for name in table.raw:
        value = table.number(name)
        if value is not None and _parameter(table, name, name, value):
            made[name] = value
    table.close()
    return MappingProxyType(made)


def _parameter(page: Page, key: str, name: str, *values: float) -> bool:
    """Whether the parameter is there and can have these values; what is wrong is noted."""
    shelf = parameters()
    if name not in shelf.parameters:
        page.note(key, repr(name), "No parameter is called so.", "See codebook/parameters.")
        return False
    for value in values:
        refusal = shelf[name].refusal(value)
        if refusal:
            usual = f"It is {shelf[name].value:g} otherwise."
            page.note(key, f"{name} = {value:g}", refusal, usual)
            return False
    return True


def _guess(page: Page) -> Guess:
    name = page.text("parameter")
    raw = page.any("tried")
    tried = (
        tuple(float(one) for one in raw)
        if isinstance(raw, list)
        and raw
        and all(isinstance(one, int | float) and not isinstance(one, bool) for one in raw)
        else ()
    )
    page.close()
    if not tried:
        why = "What the answer would be with another value is asked, and none is named."
        page.wrong("tried", why, "Write tried = [0.5, 2.0], say.")
    if name:
        _parameter(page, "parameter", name, *tried)
    return Guess(name, tried)


def _differences(
    page: Page, arms: Sequence[str], known: Sequence[str], usual: tuple[str, ...]
) -> tuple[Difference, ...]:
    made = []
    for one in page.pages("difference"):
        first, second = one.text("one"), one.text("other")
        for key, arm in (("one", first), ("other", second)):
            if arm and arm not in arms:
                one.note(key, repr(arm), "No arm has this id.", f"Arms: {', '.join(arms)}.")
        if first and first == second:
            one.note("other", repr(second), "It is the same arm.", "Name another.")
        chosen = _outcome_list(one, "outcomes", known) if one.has("outcomes") else usual
        one.close()
        if not chosen:
            why = "Nothing is compared."
            one.note("outcomes", "missing", why, 'Write outcomes = ["efs.infusion.24"], say.')
        made.append(Difference(first, second, chosen))
    return tuple(made)


def _outcome_list(page: Page, key: str, known: Sequence[str]) -> tuple[str, ...]:
    named = page.texts(key)
    for one in named:
        if one not in known:
            page.note(key, repr(one), "No outcome is called so.", f"Known: {', '.join(known)}.")
    return tuple(one for one in named if one in known)


def _settling(page: Page, arms: Sequence[str], known: Sequence[str]) -> Settling | None:
    if page.any("settling") is None:
        return None
    table = page.page("settling")
    words = Words(table.text("en"), table.text("nl"))
    made = Settling(words, table.text("one"), table.text("other"), table.text("outcome"))
    table.close()
    for key, arm in (("one", made.one), ("other", made.other)):
        if arm and arm not in arms:
            table.note(key, repr(arm), "No arm has this id.", f"Arms: {', '.join(arms)}.")
    if made.outcome and made.outcome not in known:
        why = "No outcome is called so."
        table.note("outcome", repr(made.outcome), why, f"Known: {', '.join(known)}.")
    return made


def _source(page: Page) -> Source:
    url = page.text("url", 'Give url; url = "none" where there is none.')
    support = page.word("support", SUPPORT)
    made = Source(
        citation=page.text("citation", "Give authors, title, year."),
        url="" if url == "none" else url,
        support=support,
        read_on=page.day("read_on", required=False),
    )
    page.close()
    return made


def _study(page: Page) -> str:
    if page.any("study") is None:
        return ""
    return page.word("study", STUDIES)


def _several_words(page: Page, key: str) -> tuple[Words, ...]:
    made = []
    for one in page.pages(key):
        made.append(one.words())
        one.close()
    return tuple(made)


def _words_by_code(page: Page, key: str) -> Mapping[str, Words]:
    made: dict[str, Words] = {}
    if page.any(key) is None:
        return MappingProxyType(made)
    table = page.page(key)
    for name in table.raw:
        made[name] = table.words(name)
    table.close()
    return MappingProxyType(made)


def _between(page: Page, key: str, low: float, high: float, default: float) -> float:
    value = page.number(key)
    if value is None:
        return default
    if not low <= value <= high:
        page.wrong(key, f"It lies from {low:g} to {high:g}.", f"Write {key} = {default:g}, say.")
        return default
    return value
