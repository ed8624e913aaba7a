# SPDX-License-Identifier: Apache-2.0
"""The roles that a person may have at a centre."""

from __future__ import annotations

from cartulary.course.choice import Choice


class Role(Choice):
    """What somebody does at a centre; `permissions.MAY` says what that allows.

    >>> Role("laboratory").nl
    'cellaboratorium'
    """

    DATA_MANAGER = "data_manager", "data manager", "datamanager"
    CLINICIAN = "clinician", "clinician", "behandelaar"
    LABORATORY = "laboratory", "cell laboratory", "cellaboratorium"
    DIRECTOR = "director", "programme director", "programmaleider"
    AUDITOR = "auditor", "auditor", "auditor"
    ADMINISTRATOR = "administrator", "administrator", "beheerder"
    FORECASTS = "forecasts", "reader of forecasts", "lezer van voorspellingen"
