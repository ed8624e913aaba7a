# SPDX-License-Identifier: Apache-2.0
# Writes r_numbers.json beside this file: what R says of public data sets and of typed vectors.
# Run by hand, from this folder, after a change of what is compared:  Rscript numbers.R DATA
# DATA is a folder with survival/*.csv and KMsurv/bmt.csv. Only numbers are written, no rows.
suppressMessages({library(survival); library(cmprsk); library(jsonlite)})
data_folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(data_folder, name))

curve <- function(fit, days) {
  at <- summary(fit, times = days, extend = TRUE)
  list(days = at$time, value = at$surv, se = at$std.err, low = at$lower, high = at$upper,
       at_risk = at$n.risk)
}
km <- function(y, days, ...) {
  out <- list()
  for (scale in c("log-log", "log", "plain"))
    out[[scale]] <- curve(survfit(y ~ 1, conf.type = scale, ...), days)
  q <- quantile(survfit(y ~ 1, conf.type = "log-log", ...), c(0.25, 0.5, 0.75))
  out$quantiles <- list(share = c(0.25, 0.5, 0.75), value = unname(q$quantile),
                        low = unname(q$lower), high = unname(q$upper))
  out
}
cif <- function(y, days, ...) {
  fit <- survfit(y ~ 1, conf.type = "log-log", ...)
  at <- summary(fit, times = days, extend = TRUE)
  list(days = days, states = fit$states[-1], value = at$pstate[, -1], se = at$std.err[, -1],
       low = at$lower[, -1], high = at$upper[, -1])
}
aalen <- function(time, status, days) {
  at <- timepoints(cuminc(time, status), days)
  list(days = days, value = t(unname(at$est)), variance = t(unname(at$var)))
}
gray <- function(...) { r <- cuminc(...)$Tests; list(statistic = r[, 1], p = r[, 2], df = r[, 3]) }
lr <- function(formula, ...) {
  r <- survdiff(formula, ...)
  rows <- function(x) if (is.matrix(x)) rowSums(x) else x
  list(statistic = r$chisq, df = length(r$n) - 1, observed = unname(rows(r$obs)),
       expected = unname(rows(r$exp)))
}
rmst <- function(y, tau) {
  at <- summary(survfit(y ~ 1), rmean = tau)$table
  list(tau = tau, value = unname(at["rmean"]), se = unname(at["se(rmean)"]))
}

lung <- read("survival/lung.csv"); aml <- read("survival/aml.csv")
veteran <- read("survival/veteran.csv"); myeloid <- read("survival/myeloid.csv")
heart <- read("survival/heart.csv"); bmt <- read("KMsurv/bmt.csv")
transplant <- read("survival/transplant.csv")
transplant$state <- factor(transplant$event, c("censored", "death", "ltx", "withdraw"))
transplant$cause <- as.integer(transplant$state) - 1
# A deterministic late entry and weights: every second row enters at a third of its time.
row <- seq_len(nrow(transplant))
transplant$late <- ifelse(row %% 2 == 0, floor(transplant$futime / 3), 0)
transplant$w <- 1 + (row %% 3) / 2
positive <- transplant[transplant$futime > 0, ]
positive$id <- seq_len(nrow(positive))
bmt$cause <- ifelse(bmt$d2 == 1, 1, ifelse(bmt$d1 == 1, 2, 0))
bmt$state <- factor(bmt$cause, 0:2, c("none", "relapse", "death"))
days <- c(30, 100, 200, 365, 500, 700)

out <- list(
  program = "tests/golden/numbers.R",
  versions = list(R = as.character(getRversion()),
                  survival = as.character(packageVersion("survival")),
                  cmprsk = as.character(packageVersion("cmprsk"))),
  kaplan_meier = list(
    lung = km(Surv(lung$time, lung$status == 2), days),
    lung_men = with(lung[lung$sex == 1, ], km(Surv(time, status == 2), days)),
    lung_women = with(lung[lung$sex == 2, ], km(Surv(time, status == 2), days)),
    aml_maintained = with(aml[aml$x == "Maintained", ], km(Surv(time, status), c(9, 13, 31, 60))),
    aml_not = with(aml[aml$x != "Maintained", ], km(Surv(time, status), c(5, 12, 27, 43))),
    veteran = km(Surv(veteran$time, veteran$status), days),
    myeloid = km(Surv(myeloid$futime, myeloid$death), days),
    bmt = km(Surv(bmt$t2, bmt$d3), days),
    heart_late_entry = km(Surv(heart$start, heart$stop, heart$event), days[1:4]),
    lung_followed = km(Surv(lung$time, lung$status == 1), days)),
  start_day = list(
    lung_100 = curve(survfit(Surv(time, status == 2) ~ 1, lung, start.time = 100,
                             conf.type = "log-log"), c(100, 200, 365))),
  incidence = list(
    transplant = cif(Surv(transplant$futime, transplant$state), days),
    bmt = cif(Surv(bmt$t2, bmt$state), days),
    transplant_late_entry = cif(Surv(positive$late, positive$futime, positive$state),
                                days, id = positive$id),
    transplant_weighted = cif(Surv(transplant$futime, transplant$state), days,
                              weights = transplant$w)),
  incidence_aalen = list(
    transplant = aalen(transplant$futime, transplant$cause, days),
    bmt = aalen(bmt$t2, bmt$cause, days)),
  log_rank = list(
    lung_sex = lr(Surv(time, status == 2) ~ sex, lung),
    aml = lr(Surv(time, status) ~ x, aml),
    veteran_celltype = lr(Surv(time, status) ~ celltype, veteran),
    veteran_celltype_by_trt = lr(Surv(time, status) ~ celltype + strata(trt), veteran),
    veteran_peto = lr(Surv(time, status) ~ celltype, veteran, rho = 1),
    bmt_group = lr(Surv(t2, d3) ~ group, bmt),
    heart_late_entry = list(statistic = unname(coxph(Surv(start, stop, event) ~ transplant, heart,
                                                     ties = "exact")$score), df = 1)),
  gray = list(
    transplant_sex = with(transplant, gray(futime, cause, sex)),
    transplant_abo = with(transplant, gray(futime, cause, abo)),
    transplant_sex_by_abo = with(transplant, gray(futime, cause, sex, strata = abo)),
    bmt_group = with(bmt, gray(t2, cause, group))),
  restricted_mean = list(
    lung_men = with(lung[lung$sex == 1, ], rmst(Surv(time, status == 2), 365)),
    lung_women = with(lung[lung$sex == 2, ], rmst(Surv(time, status == 2), 365)),
    aml = rmst(Surv(aml$time, aml$status), 40),
    bmt = rmst(Surv(bmt$t2, bmt$d3), 1000)),
  proportion = lapply(list(c(52, 63), c(65, 79), c(0, 19), c(0, 22), c(19, 19), c(9, 22)),
    function(k) list(events = k[1], n = k[2], limits = binom.test(k[1], k[2])$conf.int[1:2],
                     p_half = binom.test(k[1], k[2], 0.5)$p.value,
                     p_eighty = binom.test(k[1], k[2], 0.8)$p.value,
                     p_greater = binom.test(k[1], k[2], 0.2, "greater")$p.value)),
  fisher = lapply(list(c(17, 19, 65, 79), c(3, 4, 1, 4), c(0, 19, 6, 20), c(9, 22, 60, 75)),
    function(k) list(counts = k, p = fisher.test(matrix(c(k[1], k[2] - k[1], k[3], k[4] - k[3]),
                                                        2))$p.value)))

vector_case <- function(time, status, days) {
  kept <- list(time = time, status = status)
  state <- factor(status, 0:2, c("none", "a", "b"))
  kept$survival <- curve(survfit(Surv(time, status > 0) ~ 1, conf.type = "log-log"), days)
  kept$incidence <- cif(Surv(time, state), days)
  kept
}
out$vectors <- list(
  last_time_is_an_event = vector_case(1:6, c(0, 1, 1, 2, 0, 2), c(1, 2, 3, 4, 5, 6)),
  read_on_a_timeline = vector_case(c(1, 2, 3, 4, 6), c(1, 2, 1, 2, 1), c(2, 4, 6)),
  ties_across_causes = vector_case(c(5, 5, 5, 8, 8, 8, 12, 12, 20, 20),
                                   c(1, 2, 0, 1, 1, 2, 0, 2, 1, 0), c(5, 8, 12, 20)),
  event_on_day_0 = vector_case(c(0, 0, 3, 7, 9, 9), c(1, 0, 2, 1, 0, 2), c(0, 3, 7, 9)),
  programme_of_19 = vector_case(
    c(28, 35, 61, 90, 90, 120, 151, 180, 200, 240, 280, 300, 365, 365, 400, 500, 610, 730, 900),
    c(2, 1, 1, 0, 1, 2, 0, 1, 0, 1, 0, 2, 0, 0, 1, 0, 0, 0, 0), c(28, 90, 180, 365, 730)))
small <- data.frame(time = c(6, 7, 10, 15, 19, 1, 1, 2, 2, 3), status = c(1, 0, 1, 1, 0, 1, 1, 1, 0, 1),
                    group = rep(c("a", "b"), each = 5))
out$vectors$two_groups <- c(as.list(small), list(log_rank = lr(Surv(time, status) ~ group, small)))
small$cause <- c(1, 0, 2, 1, 0, 2, 1, 1, 0, 2)
out$vectors$two_groups_competing <- c(as.list(small[c("time", "cause", "group")]),
                                      list(gray = with(small, gray(time, cause, group))))
write(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", pretty = TRUE), "r_numbers.json")
