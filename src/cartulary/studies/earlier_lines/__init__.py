# SPDX-License-Identifier: Apache-2.0
"""CAR-T cells earlier in the course: what the model can say, and on which guesses it rests."""
