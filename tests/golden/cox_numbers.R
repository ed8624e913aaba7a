# SPDX-License-Identifier: Apache-2.0
# Writes cox_numbers.json beside this file: what R's survival and coxphf say of public data sets.
# Run by hand, from this folder:  Rscript cox_numbers.R DATA
# DATA is a folder with survival/*.csv and mstate/ebmt3.csv. Only numbers are written, no rows, but for a typed example.
suppressMessages({library(survival); library(coxphf); library(jsonlite)})
data_folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(data_folder, name))
exact <- coxph.control(eps = 1e-13, toler.chol = 1e-14, iter.max = 50)
said <- function(fit) {
  naive <- if (is.null(fit$naive.var)) fit$var else fit$naive.var
  list(names = names(coef(fit)), value = unname(coef(fit)), se = sqrt(diag(fit$var)),
       naive_se = sqrt(diag(naive)), loglik = fit$loglik, score = unname(fit$score),
       wald = unname(fit$wald.test), n = fit$n, events = fit$nevent)
}
lung <- read("survival/lung.csv"); veteran <- read("survival/veteran.csv")
heart <- read("survival/heart.csv"); jasa <- read("survival/jasa.csv")
lung <- lung[complete.cases(lung[c("age", "sex", "ph.ecog", "inst")]), ]
lung$row_of <- seq_len(nrow(lung))
lung$w <- 1 + (seq_len(nrow(lung)) %% 3) / 2
lung$late <- ifelse(seq_len(nrow(lung)) %% 2 == 0, floor(lung$time / 3), 0)
veteran$small <- as.integer(veteran$celltype == "smallcell")
veteran$adeno <- as.integer(veteran$celltype == "adeno")
veteran$large <- as.integer(veteran$celltype == "large")
heart$transplant <- as.integer(heart$transplant)
predicted <- function(fit, at, days) {
  s <- summary(survfit(fit, newdata = at, conf.type = "log-log"), times = days)
  list(days = days, at = as.list(at), hazard = as.vector(s$cumhaz), value = as.vector(s$surv),
       se = as.vector(s$std.err), low = as.vector(s$lower), high = as.vector(s$upper))
}
lung_fit <- function(...) coxph(Surv(time, status == 2) ~ age + sex + ph.ecog, lung, control = exact, ...)
veteran_fit <- function(...)
  coxph(Surv(time, status) ~ trt + karno + age + small + adeno + large, veteran, control = exact, ...)
out <- list(
  program = "tests/golden/cox_numbers.R",
  versions = list(R = as.character(getRversion()),
                  survival = as.character(packageVersion("survival")),
                  coxphf = as.character(packageVersion("coxphf"))),
  fits = list(
    lung = said(lung_fit()), lung_breslow = said(lung_fit(ties = "breslow")),
    lung_weighted = said(lung_fit(weights = lung$w, robust = FALSE)),
    lung_weighted_robust = said(lung_fit(weights = lung$w, robust = TRUE)),
    lung_by_institution = said(lung_fit(cluster = lung$inst)),
    lung_breslow_by_institution = said(lung_fit(ties = "breslow", cluster = lung$inst)),
    lung_late = said(coxph(Surv(late, time, status == 2) ~ age + sex + ph.ecog, lung, control = exact,
                           cluster = row_of)),
    lung_strata = said(coxph(Surv(time, status == 2) ~ age + ph.ecog + strata(sex), lung,
                             control = exact, cluster = inst)),
    veteran = said(veteran_fit()), veteran_breslow = said(veteran_fit(ties = "breslow")),
    jasa_naive = said(coxph(Surv(futime, fustat) ~ transplant, jasa, control = exact)),
    heart = said(coxph(Surv(start, stop, event) ~ transplant, heart, control = exact, cluster = id)),
    heart_full = said(coxph(Surv(start, stop, event) ~ (age + surgery) * transplant, heart,
                            control = exact))),
  predicted = list(
    lung = predicted(lung_fit(), data.frame(age = 60, sex = 2, ph.ecog = 1), c(100, 365, 700)),
    lung_breslow = predicted(lung_fit(ties = "breslow"), data.frame(age = 70, sex = 1, ph.ecog = 2),
                             c(100, 365, 700)),
    lung_by_institution = predicted(lung_fit(cluster = lung$inst),
                                    data.frame(age = 60, sex = 2, ph.ecog = 1), c(100, 365, 700))))

# Transplant to recovery, to relapse or death, and from recovery: one Cox model, hazards apart.
b <- read("mstate/ebmt3.csv")
one <- function(d, trans, start, stop, status)
  data.frame(id = d$id, trans, start, stop, status, dissub = d$dissub, age = d$age,
             drmatch = d$drmatch, tcd = d$tcd)
first <- pmin(b$prtime, b$rfstime)
long <- rbind(
  one(b, 1, 0, first, as.integer(b$prstat == 1)),
  one(b, 2, 0, first, as.integer(b$prstat == 0 & b$rfsstat == 1)),
  with(b[b$prstat == 1, ], one(b[b$prstat == 1, ], 3, prtime, rfstime, rfsstat)))
base <- list(dissub = c("AML", "ALL", "CML"), age = c("<=20", "20-40", ">40"),
             drmatch = c("No gender mismatch", "Gender mismatch"), tcd = c("No TCD", "TCD"))
columns <- c()
for (v in names(base)) for (k in seq_along(base[[v]])[-1]) for (trans in 1:3) {
  name <- paste0(v, if (length(base[[v]]) > 2) k - 1 else "", ".", trans)
  long[[name]] <- as.integer(long[[v]] == base[[v]][k] & long$trans == trans)
  columns <- c(columns, name)
}
long <- long[long$stop > long$start, ]
model <- as.formula(paste("Surv(start, stop, status) ~ strata(trans) +", paste(columns, collapse = "+")))
out$fits$ebmt3 <- said(coxph(model, long, ties = "breslow", control = exact))
out$fits$ebmt3_efron <- said(coxph(model, long, control = exact))

firth <- function(formula, data) {
  f <- coxphf(formula, data, maxit = 500, epsilon = 1e-9, gconv = 1e-8)
  list(names = names(f$coefficients), value = unname(f$coefficients), se = unname(sqrt(diag(f$var))),
       low = unname(f$ci.lower), high = unname(f$ci.upper), p = unname(f$prob), loglik = f$loglik)
}
separated <- data.frame(start = 0, stop = c(3, 4, 6, 9, 11, 15, 18, 22, 25, 30),
                        event = c(1, 1, 1, 1, 0, 0, 1, 0, 0, 0), x = c(1, 1, 1, 1, 1, 0, 0, 0, 0, 0),
                        age = c(3, 8, 12, 5, 9, 4, 14, 7, 2, 11))
separated$event[7] <- 0
out$firth <- list(
  separated = c(list(rows = as.list(separated)), firth(Surv(start, stop, event) ~ x + age, separated)),
  veteran = firth(Surv(time, status) ~ trt + karno + age, veteran),
  heart = firth(Surv(start, stop, event) ~ transplant + age, heart))
write(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor"), "cox_numbers.json")
