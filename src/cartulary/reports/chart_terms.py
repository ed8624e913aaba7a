# SPDX-License-Identifier: Apache-2.0
"""What the data of every figure agree on: the clocks, and how long a month is."""

from __future__ import annotations

DAYS_PER_MONTH = 365.25 / 12

CLOCKS = ("indication", "apheresis", "infusion", "remission")
