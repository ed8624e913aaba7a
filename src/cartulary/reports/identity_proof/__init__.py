# SPDX-License-Identifier: Apache-2.0
"""The chain of identity of one product on one printed page."""
