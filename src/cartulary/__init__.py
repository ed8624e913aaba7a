# SPDX-License-Identifier: Apache-2.0
"""Cartulary keeps the course of every child in a CAR-T programme and reckons from it."""

from __future__ import annotations

__version__ = "0.1.0"

__all__ = ["__version__"]
