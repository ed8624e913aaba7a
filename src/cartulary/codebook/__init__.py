# SPDX-License-Identifier: Apache-2.0
"""What the words mean: endpoints, scales, benchmarks and rules, as files a clinician can edit."""
