# SPDX-License-Identifier: Apache-2.0
"""The rates of the line: its own file, with the twin's parameters of the way to the infusion."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from cartulary.codebook.parameter_reader import ParameterFile, read_parameters, set_of
from cartulary.codebook.parameter_set import ParameterSet


@lru_cache(maxsize=1)
def line_file() -> ParameterFile:
    """The line's own file, whole, with the source and the support of each number.

    >>> line_file().parameters[0].name
    'central_place_days'
    """
    return read_parameters(files("cartulary.studies.production_line").joinpath("line.toml"))


@lru_cache(maxsize=1)
def line_rates() -> ParameterSet:
    """The parameters of the line alone, by name.

    >>> line_rates().value("cleaning_days")
    2.0
    """
    return set_of([line_file()])
