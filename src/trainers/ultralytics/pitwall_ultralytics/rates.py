# SPDX-License-Identifier: AGPL-3.0-only
"""The learning rate that is really applied: Ultralytics' own, reshaped in warm-up and changed in flight as asked.

Ultralytics sets group["lr"] at each epoch start (scheduler) and, in warm-up, before each forward pass; at other batches
the value stays as it is. `Rates.apply` runs after that and before the optimizer's step (from preprocess_batch), so what
Ultralytics wants is whatever stands in the group, unless it is what we put there ourselves the batch before.
"""

import math


def shape_factor(shape: str, progress: float) -> float:
    """Where a warm-up stands at `progress` in [0, 1]: 0 at its start, 1 at its end (same formulas as domain/schedule)."""
    if shape == "exponential":
        return (math.exp(progress) - 1.0) / (math.e - 1.0)
    if shape == "constant":
        return 0.0
    return progress


class Rates:
    def __init__(self, shape: str):
        self.shape = shape
        self.changes = []  # {"mode", "value", "group"?, "factor"?}
        self._planned = []  # what Ultralytics wants, per group
        self._written = []  # what we put there last

    def planned(self, groups):
        """Ultralytics' own LR of each group at this batch."""
        now = [float(g["lr"]) for g in groups]
        if len(now) != len(self._planned):
            return now
        return [p if w == n else n for p, w, n in zip(self._planned, self._written, now)]

    def apply(self, groups, warmup):
        """Plans the LR of this batch. `warmup` is None, or (step, steps, bias_lr) while warm-up is active."""
        self._planned = self.planned(groups)
        self.base = [self._shaped(g, lr, warmup) for g, lr in zip(groups, self._planned)]
        self.apply_changes(groups)

    def apply_changes(self, groups):
        """Writes the planned LR with the changes made in flight; again after a new change, in the same batch."""
        for group, name, lr in zip(groups, group_names(groups), self.base):
            group["lr"] = self._changed(name, lr)
        self._written = [float(g["lr"]) for g in groups]

    def change(self, request, names, step):
        """Adds a change asked for at this batch. Returns (the change as applied or None, what was done)."""
        target = request.get("group")
        if target is not None and target not in names:
            return None, f"no parameter group {target!r} (there are: {', '.join(names)})"
        mode, value = request.get("mode", "scale"), float(request["value"])
        planned = self.base[names.index(target or names[0])]
        if mode == "scale" and planned <= 0:
            return None, f"the planned LR of step {step} is 0 and cannot be scaled: ask again one step later, or hold"
        factor = value / planned if mode == "scale" else None
        change = {"step": step, "mode": mode, "value": value}
        change.update({k: v for k, v in (("group", target), ("factor", factor)) if v is not None})
        self.add(change)
        return change, f"LR {mode} {value:g} from step {step} on"

    def add(self, change):
        """A new change replaces earlier ones of the same groups: values are absolute."""
        group = change.get("group")
        self.changes = [c for c in self.changes if group is not None and c.get("group") != group]
        self.changes.append(change)

    def _shaped(self, group, lr, warmup):
        if warmup is None or self.shape == "linear":
            return lr
        step, steps, bias_lr = warmup
        start = bias_lr if group.get("param_group") == "bias" else 0.0
        progress = step / steps
        if progress <= 0 or progress >= 1:
            return lr
        # Undo Ultralytics' straight line to find its target, then walk there along the shape.
        target = start + (lr - start) / progress
        return start + (target - start) * shape_factor(self.shape, progress)

    def _changed(self, name, lr):
        for change in self.changes:
            if change.get("group") in (None, name):
                lr = change["value"] if change["mode"] == "hold" else lr * change["factor"]
        return lr


def group_names(groups) -> list:
    """Names of the parameter groups: Ultralytics' own tag made unique; older versions have none."""
    counts, names = {}, []
    aliases = {"weight": "weights", "bn": "norm"}
    for index, group in enumerate(groups):
        tag = group.get("param_group")
        name = aliases.get(tag, tag) or f"pg{index}"
        counts[name] = counts.get(name, 0) + 1
        names.append(name if counts[name] == 1 else f"{name}-{counts[name]}")
    return names
