# SPDX-License-Identifier: Apache-2.0
"""Outcomes of the centre beside what was published, and its report to take away."""
