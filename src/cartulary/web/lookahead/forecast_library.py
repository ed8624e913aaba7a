# SPDX-License-Identifier: Apache-2.0
"""The library that every forecast weighs: there, missing or out of date, and being built."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings

from cartulary.registry import keys
from cartulary.web.beside import work
from cartulary.web.lookahead import doing, runs

if TYPE_CHECKING:
    from cartulary.studies.child_forecast.library import About

#: A demo's library is this part of the usual: a minute on one processor, and enough for a look.
_DEMO_PART: Final = 4
_RUN: Final = "forecast-library"


class Lacking(Enum):
    """Why there is no library to weigh."""

    NEVER_MADE = "never_made"
    OTHER = "other"  # made with other parameters, or by another version of the program
    NOT_WHOLE = "not_whole"


@dataclass(frozen=True, slots=True)
class Held:
    """The library in use, or why there is none; what one out of date was made from as well."""

    about: About | None = None
    lacking: Lacking | None = None


def held() -> Held:
    """What there is now."""
    from cartulary import __version__
    from cartulary.studies.child_forecast.library import ABOUT_FILE, LibraryError, load, read_about
    from cartulary.studies.child_forecast.source import source

    folder = library_folder()
    if not (folder / ABOUT_FILE).exists():
        return Held(lacking=Lacking.NEVER_MADE)
    try:
        about = read_about(folder)
        if (about.version, about.fingerprint) != (__version__, source().fingerprint):
            return Held(about, Lacking.OTHER)
        return Held(load(folder).about)
    except LibraryError:
        return Held(lacking=Lacking.NOT_WHOLE)


def library_folder() -> Path:
    """Where this server looks for its library."""
    from cartulary.studies.child_forecast.library import default_folder

    return default_folder(keys.home())


def command() -> str:
    """What whoever runs the server types to have it made where this server looks for it."""
    return f"cartulary forecast library --out {library_folder()}"


def building() -> work.Work | None:
    """The building of it, being done or done last; None when it was never asked for."""
    return work.work_in(_folder())


def begin_building() -> bool:
    """Have it built in a process of its own; the one there serves until the new one is whole."""
    from cartulary.studies.child_forecast.build import CHILDREN_A_DRAW, DRAWS

    children = CHILDREN_A_DRAW // (_DEMO_PART if settings.CARTULARY_DEMO else 1)
    wanted = {"act": doing.LIBRARY, "draws": DRAWS, "children": children}
    return runs.begin(_folder(), wanted)


def stop_building() -> bool:
    """Stop that; the library that was there stays."""
    return work.stop(_folder())


def _folder() -> Path:
    return runs.run_folder(_RUN)
