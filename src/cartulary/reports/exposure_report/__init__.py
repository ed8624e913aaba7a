# SPDX-License-Identifier: Apache-2.0
"""The report of an exposure: what followed it, by every analysis, and where the children are."""

from cartulary.reports.exposure_report.build import build_exposure_report as build_exposure_report
