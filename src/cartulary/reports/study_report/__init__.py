# SPDX-License-Identifier: Apache-2.0
"""The report of a target trial: its question, children, balance, estimates, and conclusion."""

from cartulary.reports.study_report.build import build_study_report as build_study_report
