# SPDX-License-Identifier: AGPL-3.0-only
"""Ultralytics' names of metrics, such as metrics/mAP50-95(M), and the short ones that Pitwall shows."""

# The letter of a task's own output: masks and poses are reported beside boxes.
LETTERS = ("M", "P", "B")
SHORT = {"map": "mAP50-95", "map50": "mAP50", "precision": "precision", "recall": "recall"}
ACCURACY = {"map": "metrics/accuracy_top1", "map50": "metrics/accuracy_top5"}


def named(metrics: dict) -> dict:
    """The metrics as they are, and map, map50, precision and recall of the task's own output."""
    letter = next((x for x in LETTERS if f"metrics/mAP50-95({x})" in metrics), None)
    names = {short: f"metrics/{name}({letter})" for short, name in SHORT.items()} if letter else ACCURACY
    return {**metrics, **{short: metrics[name] for short, name in names.items() if name in metrics}}
