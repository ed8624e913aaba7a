# SPDX-License-Identifier: Apache-2.0
"""A closed list of the course as the choices of a database field."""

from __future__ import annotations

from cartulary.course.choice import Choice


def choices_of(listed: type[Choice]) -> list[tuple[str, str]]:
    """The codes and English words of a closed list, as Django takes them.

    >>> from cartulary.registry.roles import Role
    >>> choices_of(Role)[0]
    ('data_manager', 'data manager')
    """
    return [(member.value, member.en) for member in listed]
