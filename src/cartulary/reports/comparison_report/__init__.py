# SPDX-License-Identifier: Apache-2.0
"""A comparison of policies as one page, and its figures for the pages of others."""

from cartulary.reports.comparison_report.drawing_children import (
    children_needed_svg as children_needed_svg,
)
from cartulary.reports.comparison_report.drawing_curves import curves_svg as curves_svg
from cartulary.reports.comparison_report.drawing_difference import (
    difference_svg as difference_svg,
)
from cartulary.reports.comparison_report.voice import lead as lead
