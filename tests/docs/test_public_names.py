# SPDX-License-Identifier: Apache-2.0
"""Every public name is explained where it is defined, and every estimator by an example."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from types import ModuleType

import cartulary


@cache
def modules() -> tuple[ModuleType, ...]:
    """Every module of the package that can be named without an underscore."""
    return tuple(
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(cartulary.__path__, "cartulary.")
        if not any(part.startswith("_") for part in found.name.split("."))
    )


def public_names() -> list[tuple[str, object]]:
    """Public functions and classes, each once, under the module that defines it."""
    return [
        (f"{module.__name__}.{name}", value)
        for module in modules()
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def explained(value: object) -> bool:
    """Whether it has a docstring of its own; the one a dataclass makes up does not count."""
    text = vars(value).get("__doc__") if inspect.isclass(value) else inspect.getdoc(value)
    if not text:
        return False
    return not (inspect.isclass(value) and text.startswith(f"{value.__name__}("))


def test_every_module_says_what_it_is() -> None:
    silent = [module.__name__ for module in modules() if not (module.__doc__ or "").strip()]
    assert not silent


def test_every_public_name_is_explained() -> None:
    names = public_names()
    silent = [name for name, value in names if not explained(value)]
    assert len(names) > 50
    assert not silent, "\n".join(silent)


def test_every_function_that_evidence_offers_shows_an_example() -> None:
    evidence = importlib.import_module("cartulary.evidence")
    functions = {
        name: value
        for name, value in vars(evidence).items()
        if inspect.isfunction(value) and not name.startswith("_")
    }
    bare = [name for name, value in functions.items() if ">>>" not in (value.__doc__ or "")]
    assert "kaplan_meier" in functions
    assert not bare, "\n".join(bare)


def test_every_name_a_part_offers_exists() -> None:
    missing = [
        f"{module.__name__}.{name}"
        for module in modules()
        for name in getattr(module, "__all__", [])
        if not hasattr(module, name)
    ]
    assert not missing
