# SPDX-License-Identifier: Apache-2.0
"""`cartulary definitions`: every definition listed, and each printed as a page."""

from __future__ import annotations

import pytest

from cartulary.cli.main import main
from cartulary.codebook.catalogue import KIND_NAMES, catalogue


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    return int(ended.value.code or 0), printed.out, printed.err


def test_the_list_names_every_definition_once(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "definitions")
    assert status == 0
    listed = [tuple(line.split()[:2]) for line in out.splitlines()[1:]]
    assert listed == [(entry.kind, entry.id) for entry in catalogue()]
    assert len(set(listed)) == len(listed)


@pytest.mark.parametrize("kind", sorted(KIND_NAMES))
def test_the_list_can_be_of_one_kind(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    status, out, _ = run(capsys, "definitions", "--kind", kind)
    assert status == 0
    kinds = {line.split()[0] for line in out.splitlines()[1:]}
    assert kinds == {kind}


def test_the_list_is_in_the_language_asked(capsys: pytest.CaptureFixture[str]) -> None:
    _, dutch, _ = run(capsys, "definitions", "--lang", "nl", "--kind", "endpoint")
    assert "Totale overleving" in dutch or "Overleving" in dutch
    assert "Overall survival" not in dutch


def test_a_kind_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "definitions", "--kind", "endpoints")
    assert (status, out) == (2, "")
    *others, last = KIND_NAMES
    known = f"{', '.join(others)} and {last}"
    assert known in " ".join(err.split())


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_definition_has_a_page_in_both_languages(
    capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    for entry in catalogue(lang):
        status, out, _ = run(capsys, "definitions", entry.id, "--lang", lang)
        assert status == 0, entry.id
        assert out.startswith("# "), entry.id
        assert entry.name in out, entry.id
        assert entry.edition in out, entry.id


def test_a_definition_may_be_asked_for_without_its_clock(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, whole, _ = run(capsys, "definitions", "os.infusion")
    _, without, _ = run(capsys, "definitions", "os")
    assert whole == without


def test_a_page_says_when_it_is_not_confirmed(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "definitions", "relapse_class_article_2020")
    assert "Confirm it with a clinician before use." in out


@pytest.mark.parametrize(("lang", "how"), [("en", "Approximate"), ("nl", "Bij benadering")])
def test_a_curve_says_what_was_printed_and_how_it_was_read(
    capsys: pytest.CaptureFixture[str], lang: str, how: str
) -> None:
    _, out, _ = run(capsys, "definitions", "eliana_nejm_2018_efs", "--lang", lang)
    assert how in out
    assert ("| 12 | 365 | 50% | 35% to 64% |" if lang == "en" else "35% tot 64%") in out


def test_a_mistyped_definition_gets_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "definitions", "astct_crs_2018")
    assert (status, out) == (1, "")
    assert "astct_crs_2019" in err
