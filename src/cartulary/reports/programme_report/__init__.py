# SPDX-License-Identifier: Apache-2.0
"""A programme's report: every section's words beside the code that reckons what they say."""

from cartulary.reports.programme_report.build import build_report as build_report
