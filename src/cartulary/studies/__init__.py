# SPDX-License-Identifier: Apache-2.0
"""Where definitions, evidence and published cohorts meet: the figures of a programme, wordless."""
