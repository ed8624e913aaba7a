# SPDX-License-Identifier: Apache-2.0
"""The report of a validation: every published figure beside what the model predicts."""

from cartulary.reports.validation_report.build import build_validation_report

__all__ = ["build_validation_report"]
