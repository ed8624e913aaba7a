# SPDX-License-Identifier: Apache-2.0
"""The toxicity grid: bedside findings day by day, and the grade that follows from them."""
