# SPDX-License-Identifier: Apache-2.0
"""Cox models are those of R's survival, with Firth's penalty those of R's coxphf."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from cartulary.evidence.cox import cox
from cartulary.evidence.cox_fit import CoxFit
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.spells import Spells, exposure_spells
from tests.golden.r_reference import HERE, TOLERANCE, columns, follow_up

R: dict[str, Any] = json.loads((HERE / "cox_numbers.json").read_text("utf-8"))
# coxphf stops when a step is below 1e-9 of a standardised coefficient; its steps shrink slowly.
COXPHF_TOLERANCE = 1e-6


def spells(entry: Any, exit_: Any, event: Any, named: dict[str, Any], **more: Any) -> Spells:
    return Spells(
        entry=entry,
        exit=exit_,
        event=np.asarray(event).astype(bool),
        covariates=named,
        unit="child",
        clock="study entry",
        definition="as in the data set",
        origin="recorded",
        **more,
    )


def lung() -> dict[str, np.ndarray[Any, Any]]:
    """Rows that `cox_numbers.R` keeps, with its weights and late entry."""
    d = columns("survival/lung.csv")
    names = ("age", "sex", "ph.ecog", "inst")
    complete = np.ones(d["time"].size, dtype=bool)
    for name in names:
        complete &= d[name].astype(str) != ""
    kept = {k: d[k][complete].astype(float) for k in ("time", "status", *names)}
    row = np.arange(1, kept["time"].size + 1)
    kept["weights"] = 1.0 + (row % 3) / 2.0
    kept["late"] = np.where(row % 2 == 0, np.floor(kept["time"] / 3), 0.0)
    return kept


def lung_spells(names: tuple[str, ...] = ("age", "sex", "ph.ecog"), **more: Any) -> Spells:
    d = lung()
    entry = more.pop("entry", np.zeros(d["time"].size))
    return spells(entry, d["time"], d["status"] == 2, {n: d[n] for n in names}, **more)


def veteran_spells(*names: str) -> Spells:
    d = columns("survival/veteran.csv")
    cell = {"small": "smallcell", "adeno": "adeno", "large": "large"}
    named = {n: d["celltype"] == cell[n] if n in cell else d[n] for n in names}
    return spells(np.zeros(d["time"].size), d["time"], d["status"], named)


VETERAN = ("trt", "karno", "age", "small", "adeno", "large")


def heart_spells(*names: str) -> Spells:
    d = columns("survival/heart.csv")
    named: dict[str, Any] = {
        "age": d["age"],
        "surgery": d["surgery"],
        "transplant": d["transplant"],
    }
    named["age:transplant"] = d["age"] * d["transplant"]
    named["surgery:transplant"] = d["surgery"] * d["transplant"]
    chosen = {n: named[n] for n in names}
    return spells(d["start"], d["stop"], d["event"], chosen, child_ids=d["id"])


def ebmt3_spells() -> Spells:
    """Putter, Fiocco and Geskus 2007: three moves as strata, covariates apart in each."""
    d = columns("mstate/ebmt3.csv")
    recovered, ended = d["prstat"] == 1, d["rfsstat"] == 1
    first = np.minimum(d["prtime"], d["rfstime"])
    zero = np.zeros(first.size)
    parts = [
        (1, np.ones(first.size, bool), zero, first, recovered),
        (2, np.ones(first.size, bool), zero, first, ~recovered & ended),
        (3, recovered, d["prtime"], d["rfstime"], ended),
    ]
    rows: dict[str, list[Any]] = {"id": [], "trans": [], "start": [], "stop": [], "event": []}
    groups = {
        "dissub1": d["dissub"] == "ALL",
        "dissub2": d["dissub"] == "CML",
        "age1": d["age"] == "20-40",
        "age2": d["age"] == ">40",
        "drmatch": d["drmatch"] == "Gender mismatch",
        "tcd": d["tcd"] == "TCD",
    }
    named: dict[str, list[Any]] = {f"{g}.{t}": [] for g in groups for t in (1, 2, 3)}
    for trans, who, start, stop, event in parts:
        who = who & (stop > start)
        for name, column in (("start", start), ("stop", stop), ("event", event), ("id", d["id"])):
            rows[name].append(column[who])
        rows["trans"].append(np.full(int(who.sum()), trans))
        for group, column in groups.items():
            for t in (1, 2, 3):
                named[f"{group}.{t}"].append(column[who] & (t == trans))
    one = {name: np.concatenate(parts_) for name, parts_ in rows.items()}
    return spells(
        one["start"],
        one["stop"],
        one["event"],
        {name: np.concatenate(parts_) for name, parts_ in named.items()},
        child_ids=one["id"],
        strata=one["trans"],
    )


def fitted(case: str) -> CoxFit:
    """The model of a case of `cox_numbers.R`."""
    ties: Any = "breslow" if "breslow" in case else "efron"
    if case.startswith("lung"):
        d = lung()
        more: dict[str, Any] = {"weights": d["weights"]} if "weighted" in case else {}
        names: tuple[str, ...] = ("age", "sex", "ph.ecog")
        if case == "lung_late":
            more["entry"] = d["late"]
        if case == "lung_strata":
            more["strata"], names = d["sex"], ("age", "ph.ecog")
        rows = lung_spells(names, **more)
        if "institution" in case or case == "lung_strata":
            return cox(rows, ties=ties, variance="robust", clusters=d["inst"])
        robust = case in ("lung_late", "lung_weighted_robust")
        return cox(rows, ties=ties, variance="robust" if robust else "model")
    if case.startswith("veteran"):
        return cox(veteran_spells(*VETERAN), ties=ties)
    if case == "jasa_naive":
        d = columns("survival/jasa.csv")
        zero = np.zeros(d["futime"].size)
        return cox(spells(zero, d["futime"], d["fustat"], {"transplant": d["transplant"]}))
    if case == "heart":
        return cox(heart_spells("transplant"), variance="robust")
    if case == "heart_full":
        names = ("age", "surgery", "transplant", "age:transplant", "surgery:transplant")
        return cox(heart_spells(*names))
    return cox(ebmt3_spells(), ties="efron" if case == "ebmt3_efron" else "breslow")


def close(ours: Any, theirs: Any, tolerance: float = TOLERANCE) -> None:
    np.testing.assert_allclose(ours, np.array(theirs, dtype=float), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("case", sorted(R["fits"]))
def test_a_model(case: str) -> None:
    """R 4.2.2, survival 3.5-3: coxph(..., eps = 1e-13)."""
    want = R["fits"][case]
    fit = fitted(case)
    order = [fit.names.index(name) for name in np.atleast_1d(want["names"])]
    close(fit.coefficients[order], np.atleast_1d(want["value"]))
    close(fit.std_error[order], np.atleast_1d(want["se"]))
    close(np.sqrt(np.diag(fit.model_covariance))[order], np.atleast_1d(want["naive_se"]))
    close([fit.log_likelihood_null, fit.log_likelihood], want["loglik"])
    close(fit.score, want["score"])
    close(fit.wald_test().statistic, want["wald"])
    assert fit.spells.events == want["events"]


@pytest.mark.parametrize("case", sorted(R["predicted"]))
def test_predicted_survival(case: str) -> None:
    """survival 3.5-3: summary(survfit(coxph(...), newdata, conf.type = "log-log"))."""
    want = R["predicted"][case]
    found = fitted(case).predicted_survival(want["at"])
    position = np.searchsorted(found.days, want["days"], side="right") - 1
    for ours, theirs in (
        (found.hazard, "hazard"),
        (found.survival, "value"),
        (found.std_error, "se"),
        (found.low, "low"),
        (found.high, "high"),
    ):
        close(ours[position], want[theirs])


def test_the_table_of_putter_fiocco_and_geskus() -> None:
    """Statistics in Medicine 2007, Table III, left column, as printed in mstate's tutorial."""
    fit = fitted("ebmt3")
    printed = {
        "dissub2.1": (-0.29724, 0.06800),
        "tcd.1": (0.42907, 0.08043),
        "age2.2": (0.52649, 0.15790),
        "age2.3": (0.58075, 0.16014),
    }
    for name, (value, se) in printed.items():
        k = fit.names.index(name)
        assert fit.std_error[k] == pytest.approx(se, abs=5e-6)
        assert fit.coefficients[k] == pytest.approx(value, abs=5e-6)
    test = fit.likelihood_ratio_test()
    assert (round(test.statistic or 0.0, 1), test.df, test.n, test.events) == (
        117.7,
        18,
        5577,
        2010,
    )


def test_immortal_time_in_the_stanford_heart_programme() -> None:
    """Crowley and Hu 1977 as R's survival ships them: 0.266 when naive, 1.136 when not."""
    assert round(fitted("jasa_naive").hazard_ratio("transplant").value or 0.0, 3) == 0.266
    assert round(fitted("heart").hazard_ratio("transplant").value or 0.0, 3) == 1.136


def test_the_split_rows_give_the_time_dependent_hazard_ratio() -> None:
    """jasa's dates, split by `exposure_spells`, say what heart's rows say.

    heart lets one patient, who died on the day of transplant, be exposed half a day before.
    """
    d = columns("survival/jasa.csv")
    day = np.array([float(v) if v else math.nan for v in d["wait.time"].astype(str)])
    day[day == d["futime"]] -= 0.5
    rows = follow_up(d["futime"], d["fustat"])
    fit = cox(exposure_spells(rows, day, name="transplant"))
    close(fit.coefficients, R["fits"]["heart"]["value"])


def test_kalbfleisch_and_prentice() -> None:
    """Heart transplant model of The Statistical Analysis of Failure Time Data, printed digits."""
    fit = fitted("heart_full")
    printed = {
        "age": 0.0139,
        "surgery": -0.5465,
        "transplant": 0.1195,
        "age:transplant": 0.0346,
        "surgery:transplant": -0.2930,
    }
    for name, value in printed.items():
        k = fit.names.index(name)
        assert fit.coefficients[k] == pytest.approx(value, abs=1e-4)


def firth_spells(case: str) -> Spells:
    if case == "veteran":
        return veteran_spells("trt", "karno", "age")
    if case == "heart":
        return heart_spells("transplant", "age")
    rows = R["firth"][case]["rows"]
    named = {"x": rows["x"], "age": rows["age"]}
    return spells(rows["start"], rows["stop"], rows["event"], named)


@pytest.mark.parametrize("case", sorted(R["firth"]))
def test_firth(case: str) -> None:
    """coxphf 1.13.4: penalised estimates and profile likelihood limits; Breslow ties."""
    want = R["firth"][case]
    fit = cox_firth(firth_spells(case), ties="breslow", fewest_events_per_covariate=1)
    close(fit.coefficients, want["value"], COXPHF_TOLERANCE)
    close(np.exp(fit.low), want["low"], COXPHF_TOLERANCE)
    close(np.exp(fit.high), want["high"], COXPHF_TOLERANCE)
    close(fit.p_values, want["p"], COXPHF_TOLERANCE)
    # coxphf's likelihood is per standard deviation of each covariate: only the gain compares.
    gain = fit.penalised_likelihood - fit.penalised_likelihood_null
    close(gain, want["loglik"][1] - want["loglik"][0], COXPHF_TOLERANCE)
