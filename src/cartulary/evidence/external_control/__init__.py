# SPDX-License-Identifier: Apache-2.0
"""External controls: weighting, borrowing, and how strong an unseen difference would have to be.

Treated children are compared with children of another study. Each method stops, with its reason,
where the two groups do not overlap or where too little information is left.
"""

from __future__ import annotations
