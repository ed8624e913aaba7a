# SPDX-License-Identifier: Apache-2.0
"""The figures of a report: Altair, one figure a file, one theme, SVG out."""
