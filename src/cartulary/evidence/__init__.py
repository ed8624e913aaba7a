# SPDX-License-Identifier: Apache-2.0
"""From cohorts to estimates: pure functions on arrays, each returning a frozen record.

`FollowUp` holds the rows, `Estimate` the figure. Nothing here reads a file, draws a picture,
asks the date or draws a random number of its own.
"""

from __future__ import annotations

from cartulary.evidence.aalen_johansen import cumulative_incidence as cumulative_incidence
from cartulary.evidence.benchmark_comparison import BenchmarkComparison as BenchmarkComparison
from cartulary.evidence.benchmark_comparison import PublishedFigure as PublishedFigure
from cartulary.evidence.benchmark_comparison import compare_proportion as compare_proportion
from cartulary.evidence.benchmark_comparison import compare_survival as compare_survival
from cartulary.evidence.clustered_proportion import clustered_proportion as clustered_proportion
from cartulary.evidence.estimate import Estimate as Estimate
from cartulary.evidence.follow_up import FollowUp as FollowUp
from cartulary.evidence.gray import gray_test as gray_test
from cartulary.evidence.hypothesis_test import HypothesisTest as HypothesisTest
from cartulary.evidence.incidence_curve import IncidenceCurve as IncidenceCurve
from cartulary.evidence.kaplan_meier import kaplan_meier as kaplan_meier
from cartulary.evidence.log_rank import log_rank as log_rank
from cartulary.evidence.median_follow_up import median_follow_up as median_follow_up
from cartulary.evidence.one_sample_log_rank import ObservedExpected as ObservedExpected
from cartulary.evidence.one_sample_log_rank import one_sample_log_rank as one_sample_log_rank
from cartulary.evidence.permutation import permutation_gray as permutation_gray
from cartulary.evidence.permutation import permutation_log_rank as permutation_log_rank
from cartulary.evidence.proportion import binomial_test as binomial_test
from cartulary.evidence.proportion import clopper_pearson as clopper_pearson
from cartulary.evidence.proportion import jeffreys as jeffreys
from cartulary.evidence.proportion import proportion as proportion
from cartulary.evidence.proportion import rule_of_three as rule_of_three
from cartulary.evidence.proportion import wilson as wilson
from cartulary.evidence.restricted_mean import restricted_mean as restricted_mean
from cartulary.evidence.restricted_mean import (
    restricted_mean_difference as restricted_mean_difference,
)
from cartulary.evidence.restricted_mean import restricted_mean_lost as restricted_mean_lost
from cartulary.evidence.summary import MedianRange as MedianRange
from cartulary.evidence.summary import median_range as median_range
from cartulary.evidence.survival_curve import SurvivalCurve as SurvivalCurve
from cartulary.evidence.two_proportions import fisher_exact as fisher_exact
from cartulary.evidence.two_proportions import proportion_difference as proportion_difference
