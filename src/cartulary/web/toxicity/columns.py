# SPDX-License-Identifier: Apache-2.0
"""The columns of the grid and the groups they stand in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


@dataclass(frozen=True, slots=True)
class Column:
    """One column of findings."""

    name: str
    label: str
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Columns under one heading."""

    label: str
    columns: tuple[Column, ...]


def columns_of(score: str) -> tuple[Group, ...]:
    """The groups of columns; `score` says which score belongs to the age of the child."""
    return (
        Group(
            pgettext("toxicity", "Fever"),
            (
                Column("temperature", _("Max °C"), is_number=True),
                Column("drug", pgettext("toxicity", "Drug")),
            ),
        ),
        Group(_("Hypotension"), (Column("support", pgettext("toxicity", "Support")),)),
        Group(_("Hypoxia"), (Column("oxygen", pgettext("toxicity", "Oxygen")),)),
        Group(
            _("Neurology"),
            (
                Column("score", "CAPD" if score == "capd_score" else "ICE", is_number=True),
                Column("aware", _("Arousal")),
                Column("seizure", pgettext("toxicity", "Seizure")),
            ),
        ),
    )
