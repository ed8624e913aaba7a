# SPDX-License-Identifier: Apache-2.0
"""Writing down what happened: typed values, forms made from the events, drafts and history."""
