# SPDX-License-Identifier: Apache-2.0
"""Look ahead: two policies compared on simulated children, and how well the model fits."""
