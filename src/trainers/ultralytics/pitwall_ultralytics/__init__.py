# SPDX-License-Identifier: AGPL-3.0-only
"""Drives Ultralytics for a Pitwall run; see README.md beside this package."""
