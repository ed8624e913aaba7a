# SPDX-License-Identifier: Apache-2.0
"""A target trial: a protocol in a file, two cohorts brought under it, compared, and concluded.

The treated children and the controls come from different places. The protocol says what a trial
of both would have asked; the two cohorts are aligned to it, and what could not be aligned is
listed beside the estimate.
"""

from __future__ import annotations

from cartulary.studies.target_trial.align import Aligned as Aligned
from cartulary.studies.target_trial.align import align as align
from cartulary.studies.target_trial.conclusion import Conclusion as Conclusion
from cartulary.studies.target_trial.protocol import Protocol as Protocol
from cartulary.studies.target_trial.protocol_reader import read_protocol as read_protocol
from cartulary.studies.target_trial.study import Study as Study
from cartulary.studies.target_trial.study import study as study
