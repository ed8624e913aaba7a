# SPDX-License-Identifier: Apache-2.0
# Writes bpcp_numbers.json beside this file: the beta product interval of R's bpcp, by moments
# (nmc = 0). Run by hand, from this folder, with bpcp installed:  Rscript bpcp_numbers.R
suppressMessages({library(bpcp); library(jsonlite)})
one <- function(time, event) {
  x <- bpcp(time, event, nmc = 0)
  list(time = time, event = event, from = x$L, low = x$lower, high = x$upper)
}
out <- list(
  program = "tests/golden/bpcp_numbers.R",
  versions = list(R = as.character(getRversion()), bpcp = as.character(packageVersion("bpcp"))),
  programme_of_19 = one(
    c(28, 35, 61, 90, 90, 120, 151, 180, 200, 240, 280, 300, 365, 365, 400, 500, 610, 730, 900),
    c(1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0)),
  tied_events = one(c(5, 5, 5, 8, 8, 8, 12, 12, 20, 20), c(1, 1, 0, 1, 1, 0, 0, 1, 1, 0)),
  no_event = one(c(10, 20, 30, 40), c(0, 0, 0, 0)),
  all_events = one(c(3, 6, 9, 9, 14), c(1, 1, 1, 1, 1)))
write(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = TRUE), "bpcp_numbers.json")
