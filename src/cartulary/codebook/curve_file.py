# SPDX-License-Identifier: Apache-2.0
"""Published survival curves as files: what was read from the paper, and how it was read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from cartulary.codebook.curve import READING_ERROR, CurveExample, CurveFile, Landmark
from cartulary.codebook.curve_checks import check_curve
from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.endpoint_reader import endpoints
from cartulary.codebook.published_cohort import NOT_STATED
from cartulary.codebook.source import CONFIRMED, SUPPORT, read_source
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.course.errors import CodebookError

READ_AS: Final = ("digitised", "printed_landmarks")
CLOCKS: Final = ("indication", "apheresis", "infusion", "remission")
UNITS: Final = ("child", "infusion")
DAYS_PER_UNIT: Final[Mapping[str, float]] = {"days": 1.0, "months": 365.25 / 12}
_FOLDER: Final = "curves"


def curves() -> Mapping[str, CurveFile]:
    """Every published curve of the codebook by id: the package's, then those of the centre.

    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> "eliana_nejm_2018_os" in curves()
    True
    """
    return shelf(_FOLDER, lambda file: [((made := read_curve(file)).curve_id, made)])


def curve_named(name: str | Path) -> CurveFile:
    """The curve in a file, or of the codebook when `name` is the id of one.

    Refuses: what is neither, naming the known ids; a file with problems, naming all.

    >>> curve_named("eliana_nejm_2018_efs").n
    75
    """
    path = Path(name)
    if path.is_file():
        return read_curve(path)
    known = curves()
    if str(name) in known:
        return known[str(name)]
    raise CodebookError(
        f"There is no curve {str(name)!r}: no such file, and no curve of the codebook by that "
        f"name. A curve is a TOML file. Known by name: {', '.join(sorted(known))}."
    )


def read_curve(file: Traversable | Path) -> CurveFile:
    """The curve in one file; refused with every problem of that file at once."""
    return _curve(page_of(file))


def curve_from_text(text: str, file: str) -> CurveFile:
    """The curve that a TOML text holds; `file` is what messages call it."""
    return _curve(page_of_text(text, file))


def _curve(page: Page) -> CurveFile:
    scale = DAYS_PER_UNIT[page.word("time_in", DAYS_PER_UNIT)]
    share = 0.01 if page.yes_no("percent", default=True) else 1.0
    n = page.whole("n")
    last = page.number("last")
    error = page.number("reading_error")
    curve = CurveFile(
        curve_id=page.text("id"),
        edition=page.text("edition"),
        read_as=page.word("read_as", READ_AS),  # type: ignore[arg-type]
        endpoint=page.text("endpoint", f'Write the id of an endpoint, or "{NOT_STATED}".'),
        clock=page.word("clock", CLOCKS),
        unit=page.word("unit", UNITS),
        cause=page.text("cause", 'Say what the event is, such as cause = "death".'),
        n=0 if n is None else n,
        name=page.words("name"),
        source=read_source(page),
        landmarks=tuple(
            sorted((_landmark(p, scale, share) for p in page.pages("landmark")), key=_day)
        ),
        coordinates=_pairs(page, "coordinates", scale, share),
        at_risk=_at_risk(page, scale),
        total_events=page.whole("total_events", required=False),
        last_day=None if last is None else last * scale,
        reading_error=READING_ERROR if error is None else error * share,
        benchmark=page.text("benchmark", required=False),
        note=page.words("note", required=False),
        examples=tuple(_example(p, scale, share) for p in page.pages("example")),
        file=page.file,
    )
    page.close()
    _check_endpoint(curve, page)
    check_curve(curve, page)
    page.refuse()
    return curve


def _day(mark: Landmark) -> float:
    return mark.day


def _landmark(page: Page, scale: float, share: float) -> Landmark:
    at, survival = _needed(page, "at"), _needed(page, "survival")
    low, high = page.number("low"), page.number("high")
    mark = Landmark(
        # Papers print months; a child is seen on whole days.
        day=float(round(at * scale)),
        share=round(survival * share, 12),
        low=None if low is None else round(low * share, 12),
        high=None if high is None else round(high * share, 12),
        held_out=page.yes_no("held_out", default=False),
        printed_median=page.yes_no("printed_median", default=False),
    )
    page.close()
    return mark


def _example(page: Page, scale: float, share: float) -> CurveExample:
    example = CurveExample(
        says=page.words("says"),
        day=float(round(_needed(page, "at") * scale)),
        share=round(_needed(page, "survival") * share, 12),
        within=_needed(page, "within") * share,
    )
    page.close()
    return example


def _needed(page: Page, key: str) -> float:
    """A number that must be there; 0 with a problem noted where it is not."""
    if not page.has(key):
        page.wrong(key, "A point of a curve is a time and a survival.", f"Write {key} = 12, say.")
    value = page.number(key)
    return 0.0 if value is None else value


def _at_risk(page: Page, scale: float) -> tuple[tuple[float, float], ...]:
    """The line of numbers at risk; refused unless it was read from the paper."""
    if not page.has("numbers_at_risk"):
        return ()
    part = page.page("numbers_at_risk")
    support = part.word("support", SUPPORT)
    found = _pairs(part, "numbers", scale, 1.0)
    if support not in CONFIRMED or support == "from_memory_high":
        why = "They decide how many children are rebuilt, so they are read or left out."
        part.wrong("support", why, "Read them from the drawing, or take the table out.")
    part.close()
    return found


def _pairs(page: Page, key: str, scale: float, share: float) -> tuple[tuple[float, float], ...]:
    """A list of [time, figure] pairs in days; empty where the key is left out."""
    value: Any = page.any(key)
    if value is None:
        return ()
    found = []
    for row, pair in enumerate(value if isinstance(value, list) else [value], start=1):
        numbers = isinstance(pair, list) and len(pair) == 2
        if not numbers or not all(
            isinstance(x, (int, float)) and not isinstance(x, bool) for x in pair
        ):
            why = "Each row is a time and a figure."
            page.note(f"{key}, row {row}", repr(pair), why, "Write [time, figure].")
            continue
        found.append((float(pair[0]) * scale, round(float(pair[1]) * share, 12)))
    return tuple(found)


def _check_endpoint(curve: CurveFile, page: Page) -> None:
    """The endpoint is one of the codebook, and its clock that of the curve."""
    known = endpoints()
    if curve.endpoint in ("", NOT_STATED):
        return
    if curve.endpoint not in known:
        why = "A curve without a definition cannot be set beside another."
        near = [name for name in known if name.split(".")[0] == curve.endpoint.split(".")[0]]
        some = ", ".join(near[:6]) or ", ".join(list(known)[:6])
        page.wrong("endpoint", why, f'Write one such as {some}, or "{NOT_STATED}".')
    elif known[curve.endpoint].clock.start != curve.clock:
        why = f"{curve.endpoint} counts from {known[curve.endpoint].clock.start}."
        page.wrong("clock", why, "Correct the clock or the endpoint.")
