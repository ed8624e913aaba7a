# SPDX-License-Identifier: Apache-2.0
"""A forecast asked of the library: given, refused with its reason, or no library to ask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.course.course import Course
from cartulary.web.lookahead.forecast_library import Lacking, held, library_folder

if TYPE_CHECKING:
    from cartulary.studies.child_forecast.forecast import Forecast, Refusal
    from cartulary.studies.child_forecast.library import Library


@dataclass(frozen=True, slots=True)
class Asked:
    """One of three: a forecast, why this child has none, or why there is no library."""

    forecast: Forecast | None = None
    refusal: Refusal | None = None
    lacking: Lacking | None = None


def asked(course: Course, day: int) -> Asked:
    """The forecast from what a course holds up to a study day.

    It is weighed anew at every look and kept nowhere.
    """
    from cartulary.studies.child_forecast.forecast import Refusal, forecast
    from cartulary.studies.child_forecast.library import LibraryError

    try:
        return Asked(forecast=forecast(course, day, _library()))
    except Refusal as refusal:
        return Asked(refusal=refusal)
    except LibraryError:
        return Asked(lacking=held().lacking)


def _library() -> Library:
    """The library in use, opened once a process and again when it, or the posterior, is new."""
    from cartulary.codebook.files import file_stamp
    from cartulary.studies.child_forecast.library import ABOUT_FILE, load

    folder = library_folder()
    about = folder / ABOUT_FILE
    if not about.exists():
        return load(folder)
    return _opened(folder, about.stat().st_mtime_ns, file_stamp("parameters"))


@lru_cache(maxsize=1)
def _opened(folder: Path, _stamp: int, _made_from: tuple[tuple[str, int], ...]) -> Library:
    from cartulary.studies.child_forecast.library import load

    return load(folder)
