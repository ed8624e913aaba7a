# SPDX-License-Identifier: Apache-2.0
"""The children of a centre: the list, and each child's course as a timeline and as a table."""
