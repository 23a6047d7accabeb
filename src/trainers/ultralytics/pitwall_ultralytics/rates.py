# SPDX-License-Identifier: AGPL-3.0-only
"""The learning rate that is really applied: Ultralytics' own, reshaped in warm-up and changed by requests.

Ultralytics sets group["lr"] at each epoch start (scheduler) and, in warm-up, before each forward pass; at other batches
the value stays as it is. `Rates.apply` runs after that and before the optimizer's step (from preprocess_batch), so
Ultralytics' own LR is the group's value, unless that is the one we set ourselves at the batch before.

The formulas are those of the preview: src/domain/schedule/rule-functions.ts, lr-standing.ts and lr-changes.ts; a
test compares a real run with them.
"""

import math

from .words import words

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


def meaning_of(mode: str, target, value: float, step: int) -> dict:
    what = words("LR of {0}", target) if target else words("LR")
    if mode == "hold":
        return words("{0} is {1} from step {2} to the end", what, f"{value:g}", step)
    if mode == "plan":
        return words("{0} is back to the plan from step {1} on", what, step)
    return words("{0}: the planned curve passes through {1} at step {2}, its warm-up goes on", what, f"{value:g}", step)


class Rates:
    def __init__(self, shape: str, lr_range=None):
        self.shape = shape
        self.lr_range = lr_range  # {"from", "to"} for a range test, which replaces the whole plan
        self.changes = []  # as applied, in the order made; see `change`
        self.step = 0
        self.base = []  # the plan of this batch, per group, without the changes
        self._planned = []  # what Ultralytics wants, per group
        self._written = []  # what we put there last
        self._warmup = (1.0, [], [])  # share of the way, start and target of each group

    def apply_range(self, groups, progress: float):
        """The rising LR of a range test; groups keep their ratio (MuSGD's boosted ones). `progress` in [0, 1]."""
        low, high = self.lr_range["from"], self.lr_range["to"]
        reference = groups[reference_group(group_names(groups))]["initial_lr"]
        self.base = [g["initial_lr"] / reference * low * (high / low) ** progress for g in groups]
        self._warmup = (1.0, [0.0] * len(self.base), self.base)
        self.write(groups)

    def apply(self, groups, step, warmup):
        """Plans the LR of this batch. `warmup` is None, or (steps, bias_lr, epoch multiple) while it is active."""
        self.step = step
        now = [float(g["lr"]) for g in groups]
        kept = len(now) == len(self._planned)
        self._planned = [p if w == n else n for p, w, n in zip(self._planned, self._written, now)] if kept else now
        self._take_apart(groups, warmup)
        self.write(groups)

    def write(self, groups):
        """Writes the planned LR with the changes made during the run; again after a new change, in the same batch."""
        for index, (group, name) in enumerate(zip(groups, group_names(groups))):
            group["lr"] = self._changed(name, index)
        self._written = [float(g["lr"]) for g in groups]

    def change(self, request, names, step, by=None):
        """Adds a change requested at this batch. Returns (the change as applied or None, what was done)."""
        target = request.get("group")
        if target is not None and target not in names:
            return None, words("there is no parameter group {0}: expected {1}", target, ", ".join(names))
        mode = request.get("mode", "scale")
        planned = self._warmup[2][names.index(target) if target else reference_group(names)]
        if mode == "scale" and planned <= 0:
            return None, words("the planned LR of step {0} is 0 and cannot be scaled: hold a value", step)
        value = float(request["value"]) if mode != "plan" else planned
        change = {"step": step, "mode": mode, "value": value}
        change.update({k: v for k, v in (("group", target), ("by", by), ("warmup", request.get("warmup"))) if v is not None})
        if mode == "scale":
            change["factor"] = value / planned
            change["standing"] = {n: self._stands_after(n, change) for n in names if target in (None, n)}
        self.changes.append(change)
        return change, meaning_of(mode, target, value, step)

    def rewind(self, request, names, step, by=None):
        """The change that a rewind makes: a share of the LR of that step, after a fresh warm-up (src/domain/schedule/lr-changes.ts). What was
        requested at that step or later is gone. Returns the change and what was done."""
        self.changes = [c for c in self.changes if c["step"] < step or c["step"] == 0]
        before = self._segment(names[reference_group(names)]) or {}
        factor, warmup = float(request.get("lrFactor", 1)), int(request.get("warmup", 0))
        if before.get("mode") == "hold":
            wish = {"mode": "hold", "value": before["value"] * factor}
        else:
            wish = {"mode": "scale", "value": self._warmup[2][reference_group(names)] * before.get("factor", 1.0) * factor}
        return self.change({**wish, "warmup": warmup}, names, step, by)

    def _take_apart(self, groups, warmup):
        """The plan of this batch, and the parts of a running warm-up: its way, start and target."""
        if warmup is None:
            self.base = self._planned
            self._warmup = (1.0, [0.0] * len(groups), self.base)
            return
        steps, bias_lr, multiple = warmup
        way = min(1.0, self.step / steps)
        targets = [g["initial_lr"] * multiple for g in groups]
        starts = [bias_lr if n in ("bias", "bias_boost") else 0.0 for n in group_names(groups)]  # no tags before 8.4
        if self.shape == "linear":
            # Which group begins at bias_lr differs between versions: Ultralytics' own values show it.
            self.base = self._planned
            if way < 1:
                starts = [(lr - way * target) / (1 - way) for lr, target in zip(self.base, targets)]
        else:
            self.base = [ramp(self.shape, way, start, target) for start, target in zip(starts, targets)]
        self._warmup = (way, starts, targets)

    def _shares(self):
        """The plan as (share of the start, share of the target, share of the way), the same for every group."""
        way = self._warmup[0]
        if way >= 1:
            return 0.0, 1.0, 1.0
        if self.shape == "constant":
            return 0.0, CONSTANT_SHARE, 0.0
        done = math.expm1(-EXPONENT * way) / math.expm1(-EXPONENT) if self.shape == "exponential" else way
        return 1 - done, done, done

    def _segment(self, name):
        """The change that holds at this step, if any. A change replaces earlier ones from its own step on."""
        kept = []
        for change in self.changes:
            if change.get("group") in (None, name):
                kept = [c for c in kept if c["step"] < change["step"]] + [change]
        return next((c for c in reversed(kept) if c["step"] <= self.step), None)

    def _stands(self, name, change):
        """The shares under a change: from the group's LR then, to `factor` of the target with the warm-up."""
        planned = self._shares()
        if change is None or change["mode"] != "scale":
            return planned
        start, target, done = change.get("standing", {}).get(name, planned)  # absent in runs of older versions
        if done >= 1:
            return 0.0, change.get("factor", 1.0), 1.0
        way = 1.0 if planned[2] >= 1 else (planned[2] - done) / (1 - done)
        return start * (1 - way), target * (1 - way) + change["factor"] * way, planned[2]

    def _stands_after(self, name, change):
        """A lower LR takes effect at once in every group; a higher one begins at each group's present LR."""
        before = self._segment(name)
        start, target, done = self._stands(name, before)
        scaled = before["factor"] if before and before["mode"] == "scale" else 1.0
        less = min(1.0, change["factor"] / scaled)
        if "warmup" not in change and before and "warmup" in before and before["mode"] != "plan":
            change["warmup"], change["warmup_from"] = before["warmup"], before.get("warmup_from", before["step"])
        return [start * less, target * less, done]

    def _changed(self, name, index):
        change = self._segment(name)
        if change is None or change["mode"] == "plan":
            return self.base[index]
        since = self.step - change.get("warmup_from", change["step"])
        fresh = min(1.0, (since + 1) / (change["warmup"] + 1)) if "warmup" in change else 1.0
        if change["mode"] == "hold":
            return change["value"] * fresh
        start, target, _ = self._stands(name, change)
        return fresh * (start * self._warmup[1][index] + target * self._warmup[2][index])


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
