# SPDX-License-Identifier: Apache-2.0
"""What follow-up of so many children over so many years can know about rare late events."""
