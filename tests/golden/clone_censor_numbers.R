# SPDX-License-Identifier: Apache-2.0
# Writes clone_censor_numbers.json beside this file: what R's survfit says of weighted rows.
# Run by hand, from this folder:  Rscript clone_censor_numbers.R
# The children are typed here, made up; weights are worked out in plain R, curves by survfit.
suppressMessages({library(survival); library(jsonlite)})
exit <- c(15, 30, 45, 60, 75, 90, 100, 110, 125, 130, 140, 150, 160, 180, 200, 210, 220, 240, 260,
          280, 300, 320, 350, 380, 400, 420, 450, 480, 500, 520)
status <- c(1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0)
start <- c(NA, NA, NA, 40, NA, 75, NA, NA, 100, NA, 75, NA, NA, 60, NA, 110, NA, NA, 90, NA, 200, 50,
           NA, NA, 118, NA, 75, NA, 80, NA)
lost <- c(NA, NA, NA, NA, 60, NA, NA, NA, NA, NA, NA, 80, NA, NA, 75, NA, NA, NA, NA, 100, NA, NA,
          NA, 90, NA, NA, NA, NA, 95, NA)
x <- rep(c(-1, 0, 1, 2, 0.5), 6)
grace <- 120
never <- function(v) ifelse(is.na(v), Inf, v)
curve <- function(rows) {
  fit <- survfit(Surv(from, to, event) ~ 1, rows, weights = w, id = id, cluster = id, robust = TRUE)
  s <- summary(fit, times = sort(unique(rows$to[rows$event == 1])))
  list(days = s$time, survival = s$surv, std_error = s$std.err)
}
split_rows <- function(exit, event, weight_on) {
  days <- sort(unique(exit[event == 1]))
  do.call(rbind, lapply(seq_along(exit), function(i) {
    cuts <- sort(unique(c(0, days[days < exit[i]], exit[i])))
    to <- cuts[-1]
    data.frame(id = i, from = cuts[-length(cuts)], to = to,
               event = as.integer(to == exit[i] & event[i] == 1),
               w = sapply(to, function(t) weight_on(t)[i]))
  }))
}
by_clones <- function(lost) {
  u <- never(start); gone <- never(lost)
  treated <- u < exit & u < gone & u <= grace
  decided <- exit > grace & gone > grace
  share <- sum(decided & treated) / sum(decided)
  with_exit <- ifelse(decided & !treated, grace, exit)
  with_event <- ifelse(decided & !treated, 0, status)
  a <- split_rows(with_exit, with_event, function(t)
    if (t > grace) ifelse(decided & treated, 1 / share, 1) else rep(1, length(exit)))
  left <- ifelse(treated, u, exit)
  event <- ifelse(treated, 0, status)
  stay <- function(t) sapply(seq_along(exit), function(i) {
    days <- sort(unique(u[treated])); days <- days[days < t & days < gone[i]]
    prod(vapply(days, function(s) {
      risk <- (left > s | (left == s & event == 0)) & gone > s
      1 - sum(treated & u == s) / sum(risk)
    }, 0))
  })
  b <- split_rows(left, event, function(t) 1 / stay(t))
  list(with_it = curve(a), without_it = curve(b), share = share)
}
plain <- split_rows(exit, status, function(t) exp(0.1 * x * floor(t / 50)))
out <- list(R = R.version.string, survival = as.character(packageVersion("survival")),
            rows = list(exit = exit, status = status, start = start, lost = lost, x = x),
            grace = grace, weighted = curve(plain), relapse = by_clones(rep(NA, length(exit))),
            death = by_clones(lost))
write(toJSON(out, digits = I(15), auto_unbox = TRUE, na = "null", pretty = TRUE),
      "clone_censor_numbers.json")
