# SPDX-License-Identifier: Apache-2.0
# Writes multi_state_numbers.json beside this file: what R's mstate, survival and etm say.
# Run by hand, from this folder:  Rscript multi_state_numbers.R DATA
# DATA is a folder with mstate/ebmt4.csv. Only numbers are written, no rows, but for typed vectors.
suppressMessages({library(survival); library(mstate); library(etm); library(jsonlite)})
data_folder <- commandArgs(trailingOnly = TRUE)[1]
ebmt4 <- read.csv(file.path(data_folder, "mstate/ebmt4.csv"))
names <- c("Tx", "Rec", "AE", "Both", "Rel", "Death")
graph <- transMat(list(c(2, 3, 5, 6), c(4, 5, 6), c(4, 5, 6), c(5, 6), c(), c()), names)
long <- msprep(ebmt4, trans = graph, time = c(NA, "rec", "ae", "recae", "rel", "srv"),
               status = c(NA, "rec.s", "ae.s", "recae.s", "rel.s", "srv.s"))
fit <- coxph(Surv(Tstart, Tstop, status) ~ strata(trans), long, method = "breslow")
at <- function(curve, days) {
  i <- findInterval(days, curve$time)
  list(days = days, value = as.matrix(curve[i, paste0("pstate", 1:6)], rownames.force = FALSE),
       se = as.matrix(curve[i, paste0("se", 1:6)], rownames.force = FALSE))
}
bare <- function(found) lapply(found, unname)
hazards <- function(kind, days) {
  h <- msfit(fit, trans = graph, vartype = kind)
  each <- function(tr) {
    one <- h$Haz[h$Haz$trans == tr, ]
    v <- h$varHaz[h$varHaz$trans1 == tr & h$varHaz$trans2 == tr, ]
    i <- findInterval(days, one$time)
    list(value = one$Haz[i], se = sqrt(v$varHaz[findInterval(days, v$time)]))
  }
  list(days = days, arrows = lapply(1:12, each))
}
green <- msfit(fit, trans = graph, vartype = "greenwood")
from_start <- probtrans(green, predt = 0, method = "greenwood")
from_100 <- probtrans(green, predt = 100, method = "greenwood")
days <- c(30, 100, 365, 1000, 1826.25)

# Stays as rows of Surv(start, stop, state): what a child did, for survfit's jackknife.
stays <- do.call(rbind, lapply(split(as.data.frame(long), paste(long$id, long$from)), function(d) {
  data.frame(id = d$id[1], from = d$from[1], start = d$Tstart[1], stop = d$Tstop[1],
             to = if (any(d$status == 1)) d$to[d$status == 1] else 0)
}))
stays <- stays[order(stays$id, stays$start), ]
stays$event <- factor(stays$to, 0:6, c("censored", names))
stays$state <- factor(stays$from, 1:6, names)
stays$w <- 1 + (stays$id %% 3) / 2
stays$centre <- stays$id %% 97
jackknife <- function(days, ...) {
  f <- survfit(Surv(start, stop, event) ~ 1, stays, id = id, istate = state, ...)
  s <- summary(f, times = days, extend = TRUE)
  order_of <- match(names, f$states)
  list(days = days, value = unname(s$pstate[, order_of]), se = unname(s$std.err[, order_of]),
       p0 = unname(f$p0[order_of]))
}
# p0 in survfit is by its own order of states.
first <- survfit(Surv(start, stop, event) ~ 1, stays, id = id, istate = state)
in_state <- function(name) as.numeric(first$states == name)
# Beside id, survfit 3.5-3 leaves cluster aside, so its influences are added up by centre here.
by_centre <- function(days) {
  f <- survfit(Surv(start, stop, event) ~ 1, stays, id = id, istate = state, influence = TRUE)
  at <- findInterval(days, f$time) + 1
  se <- sapply(at, function(i) sqrt(colSums(rowsum(f$influence.pstate[, i, ],
                                                   sort(unique(stays$id)) %% 97)^2)))
  list(days = days, se = t(unname(se[match(names, f$states), ])))
}
out <- list(
  program = "tests/golden/multi_state_numbers.R",
  versions = list(R = as.character(getRversion()),
                  survival = as.character(packageVersion("survival")),
                  mstate = as.character(packageVersion("mstate")),
                  etm = as.character(packageVersion("etm"))),
  counts = matrix(as.integer(events(long)$Frequencies), 6),
  hazards = list(greenwood = hazards("greenwood", days), aalen = hazards("aalen", days)),
  from_start = bare(at(from_start[[1]], days)),
  from_100 = lapply(1:4, function(s) bare(at(from_100[[s]], days[3:5]))),
  stay = list(horizon = 1826.25, from_start = unname(ELOS(from_start, tau = 1826.25)[1, ]),
              from_100 = unname(ELOS(from_100, tau = 1826.25)[1:4, ])),
  jackknife = list(
    from_start = jackknife(days),
    from_100 = lapply(c("Tx", "Rec", "AE", "Both"), function(s)
      jackknife(days[3:5], start.time = 100.5, p0 = in_state(s))),
    observed_on_100 = jackknife(days[3:5], start.time = 100.5),
    weighted = jackknife(days, weights = stays$w),
    clustered = by_centre(days)))

# Recovery and relapse in turn: a graph with a cycle, late entry and ties.
set.seed(20260101)
cycle <- do.call(rbind, lapply(1:60, function(id) {
  day <- if (id %% 4 == 0) sample(1:10, 1) else 0
  state <- if (id %% 4 == 0) sample(0:1, 1) else 0
  end <- day + sample(10:60, 1)
  rows <- NULL
  repeat {
    stop <- day + sample(1:25, 1)
    to <- if (runif(1) < 0.25) 2 else 1 - state
    if (stop >= end) { rows <- rbind(rows, data.frame(id, from = state, to = -1, entry = day, exit = end)); break }
    rows <- rbind(rows, data.frame(id, from = state, to, entry = day, exit = stop))
    if (to == 2) break
    day <- stop; state <- to
  }
  rows
}))
tra <- matrix(FALSE, 3, 3); tra[1, 2] <- tra[2, 1] <- tra[1, 3] <- tra[2, 3] <- TRUE
e <- etm(transform(cycle, from = as.character(from), to = ifelse(to < 0, "cens", as.character(to))),
         c("0", "1", "2"), tra, "cens", 0)
at_days <- c(5, 20, 40)
i <- findInterval(at_days, e$time)
pairs <- c("0 0", "0 1", "0 2", "1 0", "1 1", "1 2")
cycle$event <- factor(cycle$to, c(-1, 0, 1, 2), c("censored", "0", "1", "2"))
f <- survfit(Surv(entry, exit, event) ~ 1, cycle, id = id, istate = factor(from, 0:2), p0 = c(1, 0, 0))
s <- summary(f, times = at_days, extend = TRUE)
out$cycle <- list(
  rows = as.list(cycle[c("id", "from", "to", "entry", "exit")]), days = at_days,
  value = unname(cbind(t(e$est[1, , i]), t(e$est[2, , i]))),
  se = unname(sapply(pairs, function(p) sqrt(e$cov[p, p, i]))),
  pairs = pairs, states = f$states, jackknife = list(value = unname(s$pstate), se = unname(s$std.err)))
write(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", matrix = "rowmajor"), "multi_state_numbers.json")
