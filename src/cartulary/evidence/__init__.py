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
from cartulary.evidence.bootstrap import bootstrap_survival as bootstrap_survival
from cartulary.evidence.censoring_weights import (
    bootstrap_censoring_weighted as bootstrap_censoring_weighted,
)
from cartulary.evidence.censoring_weights import censoring_weights as censoring_weights
from cartulary.evidence.clone_censor_weight import clone_censor_weight as clone_censor_weight
from cartulary.evidence.clustered_proportion import clustered_proportion as clustered_proportion
from cartulary.evidence.cox import cox as cox
from cartulary.evidence.cox_fit import CoxFit as CoxFit
from cartulary.evidence.estimate import Estimate as Estimate
from cartulary.evidence.firth import FirthFit as FirthFit
from cartulary.evidence.firth import cox_firth as cox_firth
from cartulary.evidence.follow_up import FollowUp as FollowUp
from cartulary.evidence.gray import gray_test as gray_test
from cartulary.evidence.hypothesis_test import HypothesisTest as HypothesisTest
from cartulary.evidence.incidence_curve import IncidenceCurve as IncidenceCurve
from cartulary.evidence.kaplan_meier import kaplan_meier as kaplan_meier
from cartulary.evidence.landmark import Landmark as Landmark
from cartulary.evidence.landmark import landmark_analysis as landmark_analysis
from cartulary.evidence.length_of_stay import LengthOfStay as LengthOfStay
from cartulary.evidence.length_of_stay import expected_length_of_stay as expected_length_of_stay
from cartulary.evidence.log_rank import log_rank as log_rank
from cartulary.evidence.median_follow_up import median_follow_up as median_follow_up
from cartulary.evidence.melded import MeldedComparison as MeldedComparison
from cartulary.evidence.melded import melded_survival_difference as melded_survival_difference
from cartulary.evidence.multi_state import TransitionHazards as TransitionHazards
from cartulary.evidence.multi_state import occupancy as occupancy
from cartulary.evidence.multi_state import transition_hazards as transition_hazards
from cartulary.evidence.occupancy_curve import OccupancyCurve as OccupancyCurve
from cartulary.evidence.one_sample_against_curve import (
    one_sample_against_curve as one_sample_against_curve,
)
from cartulary.evidence.one_sample_log_rank import ObservedExpected as ObservedExpected
from cartulary.evidence.one_sample_log_rank import one_sample_log_rank as one_sample_log_rank
from cartulary.evidence.permutation import permutation_gray as permutation_gray
from cartulary.evidence.permutation import permutation_log_rank as permutation_log_rank
from cartulary.evidence.principal_stratum import principal_stratum as principal_stratum
from cartulary.evidence.proportion import binomial_test as binomial_test
from cartulary.evidence.proportion import clopper_pearson as clopper_pearson
from cartulary.evidence.proportion import jeffreys as jeffreys
from cartulary.evidence.proportion import proportion as proportion
from cartulary.evidence.proportion import rule_of_three as rule_of_three
from cartulary.evidence.proportion import wilson as wilson
from cartulary.evidence.reconstruct import Reconstruction as Reconstruction
from cartulary.evidence.reconstruct import reconstruct as reconstruct
from cartulary.evidence.reconstruct import reconstructions as reconstructions
from cartulary.evidence.reconstruct_curve import PublishedCurve as PublishedCurve
from cartulary.evidence.reconstruct_curve import published_curve as published_curve
from cartulary.evidence.restricted_mean import restricted_mean as restricted_mean
from cartulary.evidence.restricted_mean import (
    restricted_mean_difference as restricted_mean_difference,
)
from cartulary.evidence.restricted_mean import restricted_mean_lost as restricted_mean_lost
from cartulary.evidence.simon_makuch import SimonMakuch as SimonMakuch
from cartulary.evidence.simon_makuch import simon_makuch as simon_makuch
from cartulary.evidence.spells import Spells as Spells
from cartulary.evidence.spells import baseline_spells as baseline_spells
from cartulary.evidence.spells import exposure_spells as exposure_spells
from cartulary.evidence.summary import MedianRange as MedianRange
from cartulary.evidence.summary import median_range as median_range
from cartulary.evidence.survival_curve import SurvivalCurve as SurvivalCurve
from cartulary.evidence.transitions import Transitions as Transitions
from cartulary.evidence.two_proportions import fisher_exact as fisher_exact
from cartulary.evidence.two_proportions import proportion_difference as proportion_difference
from cartulary.evidence.weighted_survival import weighted_kaplan_meier as weighted_kaplan_meier
