# SPDX-License-Identifier: Apache-2.0
"""The options that commands which simulate have alike: each is worded and bounded once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import click

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
Option = Callable[[Decorated], Decorated]

#: What the random streams take as a seed.
LARGEST_SEED: Final = 2**64 - 1
LANGUAGES: Final = ("nl", "en")


def policy_option(*, required: bool) -> Option[Any]:
    """`--policy`: one of them; as `policy`."""
    return click.option(
        "--policy",
        type=click.Path(path_type=Path, dir_okay=False),
        required=required,
        metavar="FILE|NAME",
        help="What the programme does: a file, such as those in examples/policies, or the name of "
        "a shipped policy, such as maxima.",
    )


def population_option() -> Option[Any]:
    """`--population`: one file, or everyday practice; as `population_file`."""
    return click.option(
        "--population",
        "population_file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Whom the programme is asked to treat. Default: real_world, everyday practice; "
        "examples/populations holds others.",
    )


def seed_option(
    same: str, *, default: int | None = 1, largest: int = LARGEST_SEED, more: str = ""
) -> Option[Any]:
    """`--seed`; `same` is what comes back with it, `more` a further sentence."""
    return click.option(
        "--seed",
        type=click.IntRange(min=0, max=largest),
        default=default,
        show_default=default is not None,
        metavar="S",
        help=f"The same seed gives the same {same}.{more}",
    )


def years_option(
    *, default: float, at_least: float = 0.25, at_most: float = 30.0, more: str = ""
) -> Option[Any]:
    """`--years` of follow-up; `more` is said behind what it is."""
    return click.option(
        "--years",
        type=click.FloatRange(min=at_least, max=at_most),
        default=default,
        show_default=True,
        metavar="Y",
        help=f"How long each child is followed{more}.",
    )


def children_option(
    what: str,
    *,
    at_least: int,
    at_most: int,
    default: int | None = None,
    required: bool = False,
) -> Option[Any]:
    """`--children`: how many virtual ones, of what, in the sentence `what`."""
    return click.option(
        "--children",
        type=click.IntRange(min=at_least, max=at_most),
        default=default,
        show_default=default is not None,
        required=required,
        metavar="N",
        help=what,
    )


def threads_option() -> Option[Any]:
    """`--threads`: processor threads, all of them when it is not given."""
    return click.option(
        "--threads",
        type=click.IntRange(min=1, max=1024),
        metavar="N",
        help="Processor threads. Default: all. Changes the time, never the result.",
    )


def language_option(of_what: str, *names: str) -> Option[Any]:
    """`--language`, one of them, English by default."""
    return click.option(
        *(names or ("--language",)),
        type=click.Choice(LANGUAGES),
        default="en",
        show_default=True,
        help=f"Language of {of_what}.",
    )


def languages_option(of_what: str) -> Option[Any]:
    """`--language`, as many as are given, both by default; as `languages`, each of them once."""
    return click.option(
        "--language",
        "languages",
        type=click.Choice(LANGUAGES),
        multiple=True,
        default=LANGUAGES,
        show_default=True,
        callback=_each_once,
        help=f"Language of {of_what}; may be given twice.",
    )


def _each_once(
    _context: click.Context, _option: click.Parameter, given: Sequence[str]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(given))
