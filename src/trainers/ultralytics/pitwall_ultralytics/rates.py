# SPDX-License-Identifier: AGPL-3.0-only
"""The learning rate that is really applied: Ultralytics' own, reshaped in warm-up and changed in flight as asked.

Ultralytics sets group["lr"] at each epoch start (scheduler) and, in warm-up, before each forward pass; at other batches
the value stays as it is. `Rates.apply` runs after that and before the optimizer's step (from preprocess_batch), so what
Ultralytics wants is whatever stands in the group, unless it is what we put there ourselves the batch before.

The formulas are those of the preview: src/domain/schedule/ramp.ts, warmup-shape.ts and lr-changes.ts; a test compares
a real run with them.
"""

import math

EXPONENT = 5.0
CONSTANT_SHARE = 0.1


def ramp(shape: str, progress: float, start: float, target: float) -> float:
    """The LR at `progress` of a warm-up, in [0, 1]."""
    if progress >= 1:
        return target
    if shape == "constant":
        return target * CONSTANT_SHARE
    share = math.expm1(-EXPONENT * progress) / math.expm1(-EXPONENT) if shape == "exponential" else progress
    return start + (target - start) * share


class Rates:
    def __init__(self, shape: str, lr_range=None):
        self.shape = shape
        self.lr_range = lr_range  # {"from", "to"} for a range test, which replaces the whole plan
        self.changes = []  # as applied: {"step", "mode", "value", "group"?, "factor"?}
        self.base = []  # the plan of this batch, per group, without the changes
        self._planned = []  # what Ultralytics wants, per group
        self._written = []  # what we put there last

    def apply_range(self, groups, progress: float):
        """The rising LR of a range test; groups keep their ratio (MuSGD's boosted ones). `progress` in [0, 1]."""
        low, high = self.lr_range["from"], self.lr_range["to"]
        reference = groups[reference_group(group_names(groups))]["initial_lr"]
        self.base = [g["initial_lr"] / reference * low * (high / low) ** progress for g in groups]
        self.write(groups)

    def apply(self, groups, warmup):
        """Plans the LR of this batch. `warmup` is None, or (step, steps, bias_lr, epoch multiple) while it is active."""
        now = [float(g["lr"]) for g in groups]
        kept = len(now) == len(self._planned)
        self._planned = [p if w == n else n for p, w, n in zip(self._planned, self._written, now)] if kept else now
        names = group_names(groups)
        self.base = [self._shaped(g, name, lr, warmup) for g, name, lr in zip(groups, names, self._planned)]
        self.write(groups)

    def write(self, groups):
        """Writes the planned LR with the changes made in flight; again after a new change, in the same batch."""
        names = group_names(groups)
        reference = groups[reference_group(names)]
        for group, name, lr in zip(groups, names, self.base):
            group["lr"] = self._changed(group, name, lr, reference)
        self._written = [float(g["lr"]) for g in groups]

    def change(self, request, names, step):
        """Adds a change asked for at this batch. Returns (the change as applied or None, what was done)."""
        target = request.get("group")
        if target is not None and target not in names:
            return None, f"no parameter group {target!r} (there are: {', '.join(names)})"
        mode, value = request.get("mode", "scale"), float(request["value"])
        planned = self.base[names.index(target) if target else reference_group(names)]
        if mode == "scale" and planned <= 0:
            return None, f"the planned LR of step {step} is 0 and cannot be scaled: ask again one step later, or hold"
        factor = value / planned if mode == "scale" else None
        change = {"step": step, "mode": mode, "value": value}
        change.update({k: v for k, v in (("group", target), ("factor", factor)) if v is not None})
        self.changes.append(change)
        return change, f"LR {mode} {value:g} from step {step} on"

    def _shaped(self, group, name, lr, warmup):
        if warmup is None or self.shape == "linear":
            return lr
        step, steps, bias_lr, multiple = warmup
        start = bias_lr if name in ("bias", "bias_boost") else 0.0  # by name: groups had no tag before 8.4
        return ramp(self.shape, step / steps, start, group["initial_lr"] * multiple)

    def _changed(self, group, name, lr, reference):
        """The latest change that concerns the group counts: values are absolute."""
        change = next((c for c in reversed(self.changes) if c.get("group") in (None, name)), None)
        if change is None:
            return lr
        if change["mode"] == "scale":
            return lr * change["factor"]
        # Groups keep the ratio they have after warm-up (MuSGD's boosted ones run at three times the LR).
        return change["value"] * (1.0 if change.get("group") else group["initial_lr"] / reference["initial_lr"])


def reference_group(names) -> int:
    return names.index("weights") if "weights" in names else 0


def group_names(groups) -> list:
    """Names of the parameter groups as the preview has them: of two with one tag the first is the boosted one (MuSGD)."""
    aliases = {"weight": "weights", "bn": "norm"}
    tags = [g.get("param_group") for g in groups]
    if None in tags:  # before the tags existed
        return ["bias", "weights", "norm"] if len(groups) == 3 else [f"pg{i}" for i in range(len(groups))]
    names = []
    for index, tag in enumerate(tags):
        name = aliases.get(tag, tag)
        names.append(f"{name}_boost" if tag in tags[index + 1 :] else name)
    return names
