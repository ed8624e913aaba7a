# SPDX-License-Identifier: Apache-2.0
"""A page of some virtual children: cells, B cells, cytokine, grades and events on one time axis."""
