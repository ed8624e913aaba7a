# SPDX-License-Identifier: Apache-2.0
"""How well measurements tell children with a failure from those without: areas under curves."""

from __future__ import annotations

from typing import Final

import numpy as np

from cartulary.studies.policies_compared.children_read import Floats, YesNo

FOLDS: Final = 5


def area_under_curve(score: Floats, case: YesNo) -> float:
    """The chance that a child with the failure scores higher than one without; ties count half.

    Mann and Whitney's U over the product of the two numbers of children.

    >>> area_under_curve(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    1.0
    """
    cases, others = int(case.sum()), int((~case).sum())
    if not cases or not others:
        return float("nan")
    below = np.sort(score[~case])
    less = np.searchsorted(below, score[case], side="left")
    no_more = np.searchsorted(below, score[case], side="right")
    return float((less + no_more).sum() / (2.0 * cases * others))


def variance_of_area(area: float, cases: int, others: int) -> float:
    """The variance of an area from so many children of each kind (Hanley and McNeil 1982).

    >>> round(variance_of_area(0.5, 10, 10), 4)
    0.0175
    """
    one = area / (2.0 - area)
    other = 2.0 * area**2 / (1.0 + area)
    spread = area * (1.0 - area)
    spread += (cases - 1) * (one - area**2) + (others - 1) * (other - area**2)
    return spread / (cases * others)


def cross_validated_scores(columns: Floats, case: YesNo) -> Floats:
    """The score of each child by a logistic regression that did not see it.

    Five folds, each with its share of failures, in the order of the children; measurements are
    brought to one scale within each fold. scikit-learn, with its usual penalty.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = StratifiedKFold(min(FOLDS, int(case.sum()), int((~case).sum())))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    scores: Floats = cross_val_predict(
        model, columns, case.astype(int), cv=folds, method="decision_function"
    )
    return scores
