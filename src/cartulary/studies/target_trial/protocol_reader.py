# SPDX-License-Identifier: Apache-2.0
"""A protocol from its TOML file, refused with everything that is wrong in it at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from cartulary.codebook.endpoint import Endpoint, Sign
from cartulary.codebook.endpoint_moments import read_sign
from cartulary.codebook.endpoint_reader import definitions
from cartulary.codebook.expression import Condition, names_in, parse
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import FactKind, facts_of
from cartulary.studies.target_trial.methods_reader import read_methods
from cartulary.studies.target_trial.protocol import (
    AGE,
    GROUPS,
    TRANSFORMS,
    Baseline,
    Criterion,
    Delay,
    Group,
    GroupName,
    Protocol,
)

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_FEWEST_COVARIATES = 1
_NUMBERS = (FactKind.NUMBER, FactKind.INTEGER)
_CODES = (FactKind.CHOICE, FactKind.CHOICES)


def read_protocol(path: Path | str) -> Protocol:
    """The protocol in a file.

    Refuses, all together and each with file and key: what is missing, misspelt, of the wrong
    kind, or cannot go together (a covariate that is no baseline fact, an endpoint that needs a
    remission, a main method that does not adjust).
    """
    place = Path(path)
    if not place.is_file():
        raise CodebookError(
            f"{place.name}: the file: missing. There is no protocol there. Give the path of a "
            "TOML file."
        )
    return _protocol(page_of(place))


def protocol_from_text(text: str, file: str = "protocol.toml") -> Protocol:
    """The protocol that a TOML text holds; `file` is what messages call it."""
    return _protocol(page_of_text(text, file))


def _protocol(page: Page) -> Protocol:
    baseline = _baseline(page)
    names = tuple(one.name for one in baseline)
    zero = page.page("time_zero")
    time_zero = _sign(zero, "moment")
    endpoint, day, last_day = _endpoint(page)
    covariates = _covariates(page, baseline)
    methods = read_methods(page)
    treated, control = _group(page, "treated"), _group(page, "control")
    protocol = Protocol(
        protocol_id=_id(page),
        edition=page.text("edition"),
        title=page.words("title"),
        question=page.words("question"),
        treated=treated,
        control=control,
        time_zero=time_zero,
        time_zero_words=zero.words("words"),
        baseline=baseline,
        eligibility=_eligibility(page, names),
        delay=_delay(page),
        endpoint=endpoint,
        day=day,
        last_day=last_day,
        covariates=covariates,
        main=methods.main,
        methods=methods.names,
        level=methods.level,
        not_aligned=_not_aligned(page),
        maic_spreads=methods.maic_spreads,
        power_prior=methods.power_prior,
        robust_map=methods.robust_map,
        file=page.file,
    )
    zero.close()
    _refuse_treatment_as_event(page, protocol)
    page.close()
    page.refuse()
    return protocol


def _id(page: Page) -> str:
    """The protocol's name, which is also that of a folder."""
    found = page.text("id")
    if found and not _ID.fullmatch(found):
        page.wrong("id", "A folder is called after it.", "Use letters, digits, _ and -.")
    return found


def _sign(page: Page, key: str) -> Sign:
    """An event that marks a day, as endpoint files write it."""
    text = page.text(key, f"Write a kind of event, such as {key} = 'infusion'.")
    return read_sign(text, page, key) if text else Sign("death")


def _group(page: Page, name: GroupName) -> Group:
    group = page.page(name)
    _refuse_published(group)
    found = Group(
        name=name,
        programme=group.text("programme", 'Write programme = "folder", beside this file.'),
        label=group.words("label"),
        starts=_sign(group, "starts") if name == "treated" or group.has("starts") else None,
    )
    group.close()
    return found


def _refuse_published(group: Page) -> None:
    """A published table in the place of a group's children."""
    for key in ("published", "means", "curve", "aggregate"):
        if group.any(key) is not None:
            group.note(
                key,
                "a published table in the place of children",
                "Its children cannot be held to the protocol: not to its rules, its time zero, its "
                "wait or its definition, and no method makes that good.",
                "Give a programme of their courses. MAIC against a paper's table is in "
                "cartulary.evidence.external_control.matching_adjusted, for use with that caution.",
            )


def _baseline(page: Page) -> tuple[Baseline, ...]:
    found: list[Baseline] = []
    for one in page.pages("baseline"):
        name = one.text("name")
        if name and not _NAME.fullmatch(name):
            one.wrong("name", "Rules name it.", "Use small letters, digits and underscores.")
        if name in [other.name for other in found]:
            one.wrong("name", "Another baseline fact has this name.", "Give each its own.")
        value, any_of = one.text("value"), one.texts("any_of")
        _check_value(one, value, any_of)
        found.append(
            Baseline(
                name=name,
                words=one.words("words"),
                value=value,
                any_of=any_of,
                transform=one.word("transform", TRANSFORMS, "none"),  # type: ignore[arg-type]
            )
        )
        if any_of and one.has("transform"):
            one.wrong("transform", "A yes or no has no logarithm.", "Leave it out.")
        one.close()
    if not found:
        page.note(
            "baseline", "missing", "Nothing is known of the children at time zero.",
            "Write at least one [[baseline]].",
        )  # fmt: skip
    return tuple(found)


def _check_value(page: Page, value: str, any_of: tuple[str, ...]) -> None:
    """The fact exists, and is a number, or a code with the codes that mean yes."""
    if not value:
        return
    if value == AGE:
        if any_of:
            page.wrong("any_of", "Age is a number and has no codes.", "Leave it out.")
        return
    kind, _, name = value.partition(".")
    if kind not in EVENT_TYPE_OF_KIND:
        where = f"Write age_years, or kind.fact with a kind of {', '.join(EVENT_TYPE_OF_KIND)}."
        page.wrong("value", "There is no such fact.", where)
        return
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    if name not in facts:
        page.wrong("value", "There is no such fact.", f"Facts of {kind}: {', '.join(facts)}.")
        return
    known = facts[name].kind
    if known in _CODES:
        codes = {str(code) for code in facts[name].choices or ()}
        strange = [code for code in any_of if code not in codes]
        if not any_of or strange:
            page.wrong(
                "any_of",
                f"{value} holds codes, and a model needs a yes or no.",
                f"List the codes that mean yes, of: {', '.join(sorted(codes))}.",
            )
    elif known in _NUMBERS:
        if any_of:
            page.wrong("any_of", f"{value} is a number and has no codes.", "Leave it out.")
    elif known is not FactKind.YES_NO or any_of:
        page.wrong("value", "Only numbers, codes and yes or no can be compared.", "Choose another.")


def _eligibility(page: Page, names: tuple[str, ...]) -> tuple[Criterion, ...]:
    found = []
    for one in page.pages("eligibility"):
        text = one.text("rule", "Write a condition on a baseline fact, such as rule = 'mrd > 0'.")
        rule: Condition | None = None
        if text:
            try:
                rule = parse(text)
            except CodebookError as error:
                one.wrong("rule", str(error), "Compare baseline facts with numbers.")
        if rule is not None and not names_in(rule) <= set(names):
            strange = ", ".join(sorted(names_in(rule) - set(names)))
            one.wrong(
                "rule",
                f"{strange} is no baseline fact.",
                f"Use {', '.join(names)}, or add a [[baseline]].",
            )
        groups = one.texts("applies_to") or GROUPS
        if not set(groups) <= set(GROUPS):
            one.wrong("applies_to", "There are two groups.", 'Write ["treated", "control"].')
        words = one.words("words")
        one.close()
        if rule is not None:
            chosen = tuple(name for name in GROUPS if name in groups)
            found.append(Criterion(words, rule, text, chosen))
    return tuple(found)


def _delay(page: Page) -> Delay:
    delay = page.page("delay")
    if not page.has("delay"):
        page.wrong(
            "delay",
            "Treated children lived and stayed free of events until their treatment; without the "
            "same wait for the controls that time is counted as a success (immortal time).",
            "Write [delay] with landmark_day = 90, say; 0 where treatment begins at time zero.",
        )
        return Delay(0)
    day = delay.whole("landmark_day")
    if day is not None and day < 0:
        delay.wrong("landmark_day", "It counts from time zero.", "Write a day from 0.")
    also = delay.any("also_days")
    days = also if isinstance(also, list) else []
    if also is not None and (
        not isinstance(also, list)
        or any(isinstance(d, bool) or not isinstance(d, int) or d < 0 for d in days)
    ):
        delay.wrong("also_days", "A list of days is needed.", "Write also_days = [60, 120], say.")
        days = []
    delay.close()
    return Delay(day or 0, tuple(d for d in days if d != day))


def _endpoint(page: Page) -> tuple[Endpoint, int, int | None]:
    """The definition, the day it is compared on, and the last day anyone is followed."""
    inner = page.page("endpoint")
    known = definitions()
    name = inner.word("definition", known)
    chosen = known[name]
    faults = [
        words
        for words, found in (
            ("a response, not a time to an event", chosen.kind == "response"),
            ("several competing causes", chosen.kind == "competing"),
            ("a failure to reach remission", any(m.no_remission for m in chosen.moments)),
            ("a clock that starts at remission", chosen.clocks[0].start == "remission"),
            (
                "moments with a window or exceptions of their own",
                any(
                    m.strategy != "ignore" and (m.day_fact or m.last or m.unless or m.to_day)
                    for m in chosen.moments
                ),
            ),
        )
        if found
    ]
    if faults:
        inner.wrong(
            "definition",
            f"It has {' and '.join(faults)}, which controls have not or a common start cannot "
            "count from.",
            "Choose a time to relapse or death, such as cassiopeia.dfs or os.",
        )
    day = inner.whole("day")
    if day is not None and day < 1:
        inner.wrong("day", "Survival is compared after the start.", "Write day = 1096, say.")
    last = inner.whole("last_day", required=False)
    if last is not None and day is not None and last < day:
        inner.wrong("last_day", "Follow-up would end before the day compared.", f"Write {day} up.")
    inner.close()
    return Endpoint(chosen, chosen.clocks[0]), day or 1, last


def _covariates(page: Page, baseline: tuple[Baseline, ...]) -> tuple[str, ...]:
    names = tuple(one.name for one in baseline)
    inner = page.page("adjustment")
    found = inner.texts("covariates")
    strange = [name for name in found if name not in names]
    if strange or len(found) < _FEWEST_COVARIATES or len(set(found)) < len(found):
        inner.wrong(
            "covariates",
            "The groups are made alike in baseline facts, each once.",
            f"List some of: {', '.join(names)}.",
        )
    inner.close()
    return found


def _not_aligned(page: Page) -> tuple[Words, ...]:
    found = []
    for one in page.pages("not_aligned"):
        found.append(one.words("words"))
        one.close()
    return tuple(found)


def _refuse_treatment_as_event(page: Page, protocol: Protocol) -> None:
    """An endpoint that ends at a group's own treatment judges the groups differently."""
    for group in protocol.groups:
        if group.starts is None:
            continue
        kinds = {m.sign.kind for m in protocol.endpoint.moments if m.strategy != "ignore"}
        if group.starts.kind in kinds:
            page.note(
                "endpoint.definition",
                repr(protocol.endpoint.definition.definition_id),
                f"It ends follow-up at {group.starts.kind}, which is how the {group.name} group "
                "is treated: the two groups would be judged by two rules.",
                "Choose a definition that ignores it.",
            )
