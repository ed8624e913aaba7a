# SPDX-License-Identifier: Apache-2.0
"""The twin held against published figures: what is free, what is fitted, what is believed after."""
