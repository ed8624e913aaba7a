# SPDX-License-Identifier: Apache-2.0
"""A child's forecast in words, and a page that shows how far such forecasts hold."""
