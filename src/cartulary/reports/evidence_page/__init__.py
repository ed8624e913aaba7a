# SPDX-License-Identifier: Apache-2.0
"""One endpoint, relapse and toxicity of chosen children, in the words of the programme's report."""

from cartulary.reports.evidence_page.build import build_evidence as build_evidence
from cartulary.reports.evidence_page.build import offered_endpoints as offered_endpoints
