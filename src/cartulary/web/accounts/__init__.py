# SPDX-License-Identifier: Apache-2.0
"""Signing in: what allauth does, and the few rules of the house."""
