# SPDX-License-Identifier: Apache-2.0
"""The printed report: a typst template of ours and the report's content as data."""
