# SPDX-License-Identifier: Apache-2.0
"""Parameters of the twin: each sourced or marked as a guess, and a bad file says all at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cartulary.codebook.catalogue import catalogue, page
from cartulary.codebook.parameter_page import parameter_page
from cartulary.codebook.parameter_reader import (
    parameter_files,
    parameters,
    parameters_from_text,
    read_parameters,
    set_of,
)
from cartulary.codebook.parameter_set import Parameter, ParameterSupport
from cartulary.codebook.toml_lines import key_lines, line_of
from cartulary.course.errors import CodebookError
from tests.conftest import REPOSITORY

GOOD = """
id = "ours"
edition = "1"
name = { en = "Ours", nl = "Van ons" }
summary = { en = "Two.", nl = "Twee." }

[sources.paper]
citation = "A paper"
url = "none"
support = "from_memory_high"

[[parameter]]
name = "speed"
symbol = "v"
words = { en = "speed", nl = "snelheid" }
unit = "1/day"
value = 2.0
spread = 0.3
bounds = [0.1, 9.0]
support = "medium"
source = "paper"

[[parameter]]
name = "share"
words = { en = "share", nl = "aandeel" }
unit = "1"
scale = "logit"
value = 0.2
spread = 0.5
bounds = [0.0, 0.9]
fitted = true
support = "speculative"
source = "paper"
note = { en = "A guess.", nl = "Een gok." }

[[trait]]
name = "age"
words = { en = "age", nl = "leeftijd" }

[[correlation]]
between = ["speed", "age"]
value = 0.4
support = "speculative"
source = "paper"
note = { en = "Older, faster.", nl = "Ouder, sneller." }
"""


@pytest.mark.parametrize("one", parameters().parameters.values(), ids=list(parameters().parameters))
def test_every_parameter_is_sourced_or_marked_as_a_guess(one: Parameter) -> None:
    assert one.source.citation
    assert one.words.en
    assert one.words.nl
    assert one.low <= one.value <= one.high
    own_choice = one.source.support == "ours"
    if own_choice and one.support is not ParameterSupport.SPECULATIVE:
        # A fit of ours or a chosen value that counts for more says in its note on what ground.
        assert one.fitted or one.note.en, one.name


def test_every_parameter_is_read_somewhere() -> None:
    source = REPOSITORY / "src" / "cartulary"
    text = "\n".join(
        path.read_text(encoding="utf-8")
        for part in ("twin", "cli", "studies")
        for path in (source / part).rglob("*.py")
    )
    built = re.compile(
        r"^(central|in_house|next_day)_(days|failure)$"
        r"|^(chemotherapy|inotuzumab|blinatumomab|steroid)_(b_|t_)?kill$"
        r"|^weight_at_\d+_years$"
    )
    unread = [
        name
        for name in parameters().parameters
        if not built.match(name) and f'"{name}"' not in text
    ]
    assert not unread


def test_a_file_holds_what_it_says() -> None:
    made = parameters_from_text(GOOD, "ours.toml")
    speed, share = made.parameters
    assert (speed.value, speed.spread, speed.symbol) == (2.0, 0.3, "v")
    assert share.fitted
    assert share.note.nl == "Een gok."
    known = set_of([made])
    assert known.value("speed") == 2.0
    assert "share" in known
    assert known.correlations[0].value == 0.4


BAD = {
    "unknown key": ('symbol = "v"', 'symbl = "v"', "symbl", "Did you mean"),
    "unknown scale": ('scale = "logit"', 'scale = "logic"', "scale = ", "Did you mean"),
    "unknown source": ('source = "paper"', 'source = "book"', 'source = "book"', "Write one of"),
    "unknown support": ('support = "medium"', 'support = "good"', '"good"', "Write one of"),
    "no unit": ('unit = "1/day"\n', "", 'name = "speed"', "Write its unit"),
    "no value": ("value = 2.0\n", "", 'name = "speed"', "without a value"),
    "value out of bounds": ("value = 2.0", "value = 20.0", "value = 20.0", "outside"),
    "no bounds": ("bounds = [0.1, 9.0]\n", "", 'name = "speed"', "monster"),
    "bounds reversed": ("[0.1, 9.0]", "[9.0, 0.1]", "[9.0, 0.1]", "lowest, highest"),
    "spread below 0": ("spread = 0.3", "spread = -0.3", "spread = -0.3", "from 0 on"),
    "spread around nothing": ("value = 0.2", "value = 0.0", "value = 0.0", "No spread"),
    "no such name": ('name = "speed"', 'name = "speed of it"', "speed of it", "Rename"),
    "a language missing": ('nl = "snelheid"', 'nl = ""', 'words = { en = "speed"', "language"),
    "correlation of one": ('["speed", "age"]', '["speed", "speed"]', "between", "go together"),
    "correlation of 1": ("value = 0.4", "value = 1.0", "value = 1.0", "between -1 and 1"),
    "not read on a day": ("from_memory_high", "found", "[sources.paper]", "may change"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_with_its_line(name: str) -> None:
    good, bad, place, says = BAD[name]
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    with pytest.raises(CodebookError) as refused:
        parameters_from_text(text, "ours.toml")
    told = [problem for problem in refused.value.problems if says in problem]
    assert told, refused.value.problems
    line = next(n for n, one in enumerate(text.splitlines(), start=1) if place in one)
    numbers = [int(problem.partition("line ")[2].partition(":")[0]) for problem in told]
    # A key that is missing is placed at the table that lacks it.
    assert any(line - 1 <= number <= line for number in numbers), (line, told)


def test_all_problems_come_at_once() -> None:
    text = GOOD.replace('support = "medium"', 'support = "good"').replace("0.4", "4")
    with pytest.raises(CodebookError) as refused:
        parameters_from_text(text.replace("[0.1, 9.0]", "[9, 1]"), "ours.toml")
    assert len(refused.value.problems) >= 3


def test_two_files_may_not_name_one_parameter() -> None:
    one = parameters_from_text(GOOD, "ours.toml")
    with pytest.raises(CodebookError, match="defined twice"):
        set_of([one, one])


def test_a_correlation_needs_names_that_differ_between_children() -> None:
    without = parameters_from_text(GOOD.replace("spread = 0.3\n", ""), "ours.toml")
    with pytest.raises(CodebookError, match="'speed'"):
        set_of([without])
    elsewhere = parameters_from_text(
        GOOD.replace('["speed", "age"]', '["speed", "hair"]'), "a.toml"
    )
    with pytest.raises(CodebookError, match="'hair'"):
        set_of([elsewhere])


def test_correlations_that_contradict_each_other_are_refused() -> None:
    block = GOOD[GOOD.index("[[correlation]]") :]
    text = GOOD.replace("value = 0.4", "value = 0.9")
    text += block.replace('"speed", "age"', '"share", "age"').replace("0.4", "0.9")
    text += block.replace('"speed", "age"', '"share", "speed"').replace("0.4", "-0.9")
    with pytest.raises(CodebookError, match="contradict each other"):
        set_of([parameters_from_text(text, "ours.toml")])


def test_a_changed_set_leaves_the_old_one_alone() -> None:
    before = parameters().value("destiny")
    changed = parameters().changed({"destiny": 7.5})
    assert changed.value("destiny") == 7.5
    assert parameters().value("destiny") == before
    assert parameters().with_spreads({"destiny": 0.2})["destiny"].spread == 0.2


def test_changes_that_cannot_be_are_refused_together() -> None:
    with pytest.raises(CodebookError) as refused:
        parameters().changed({"destiny": 99.0, "destny": 1.0, "kill_rate": float("nan")})
    assert len(refused.value.problems) == 3
    with pytest.raises(CodebookError, match="from 0 on"):
        parameters().with_spreads({"destiny": -1.0})


def test_an_unknown_name_gets_its_neighbours() -> None:
    with pytest.raises(CodebookError, match="kill_rate"):
        parameters()["kil_rate"]


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("name", list(parameter_files()))
def test_every_file_has_a_page_with_every_value_and_source(name: str, lang: str) -> None:
    shown = parameter_files()[name]
    text = page(name, lang)
    assert text == parameter_page(shown, lang)
    assert text.startswith(f"# {shown.name.text(lang)}\n")
    for one in shown.parameters:
        assert f"`{one.name}`" in text
        assert one.source.citation in text
        assert one.words.text(lang) in text
    if lang == "nl":
        assert " days |" not in text
        assert "/day |" not in text


def test_parameters_stand_in_the_catalogue() -> None:
    listed = [entry.id for entry in catalogue("nl") if entry.kind == "parameter"]
    assert listed == sorted(parameter_files())


def test_a_centre_can_add_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parameters").mkdir()
    alone = GOOD[: GOOD.index("[[trait]]")]
    (tmp_path / "parameters" / "ours.toml").write_text(alone, encoding="utf-8")
    monkeypatch.setenv("CARTULARY_CODEBOOK", str(tmp_path))
    assert parameters().value("speed") == 2.0
    assert "destiny" in parameters()


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.toml"
    file.write_bytes('id = "é"'.encode("latin-1"))
    with pytest.raises(CodebookError, match="UTF-8"):
        read_parameters(file)


def test_lines_are_found_in_nested_lists_and_long_texts() -> None:
    text = 'a = """\nb = 1\n"""\n[[x]]\nb = 2\n[x.y]\nc = 3\n[[x]]\n[[x.z]]\n"d" = 4\n'
    lines = key_lines(text)
    assert lines["a"] == 1
    assert "b" not in lines
    assert lines["x 1.b"] == 5
    assert lines["x 1.y.c"] == 7
    assert lines["x 2"] == 8
    assert lines["x 2.z 1.d"] == 10
    assert line_of("x 2.z 1.unknown", lines) == 9
    assert line_of("nothing", lines) is None
