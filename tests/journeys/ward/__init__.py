# SPDX-License-Identifier: Apache-2.0
"""The ward's app in a real browser, on a real server."""
