# SPDX-License-Identifier: Apache-2.0
"""Administration: who has an account and which role, and the settings of the centre; no child."""
