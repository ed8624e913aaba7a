# SPDX-License-Identifier: Apache-2.0
"""The ledger: every child's course as entries that are added, never altered. A Django app."""

from __future__ import annotations
