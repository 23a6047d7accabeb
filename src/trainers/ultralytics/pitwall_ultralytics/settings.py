# SPDX-License-Identifier: AGPL-3.0-only
"""Experiment -> Ultralytics arguments, and what Ultralytics made of them."""

import math
import os

from .words import words

# What Pitwall decides or handles itself; never passed on.
OWN = {"project", "name", "exist_ok", "save_dir", "resume", "mode", "task", "model", "trainer"}
# Keys of the builtin trainer or of Pitwall that the runner applies by itself.
OURS = {"warmup_shape"}
CHOSEN_BY_AUTO = ("optimizer", "lr0", "momentum")
SHOWN = ("save", "batch", "imgsz", "optimizer", "lr0", "momentum", "warmup_bias_lr", "epochs", "workers", "amp", "device", "rect", "max_det")


def train_arguments(experiment: dict, run_dir, known, in_loop: bool = False) -> dict:
    """The arguments of `YOLO(...).train`. Only what the file set is passed, and only what this version knows (`known`):
    Ultralytics' own defaults stay its own. `in_loop`: Ultralytics validates by itself, so it may stop by itself."""
    asked = requested(experiment)
    arguments = {k: v for k, v in asked.items() if k in known and k not in OWN}
    arguments.pop("patience", None)  # without a validation of its own every epoch would count as one without gain
    if in_loop:
        arguments.update(patience=own_patience(experiment),
                         val=asked.get("val", True) or bool(experiment["validation"].get("in_loop")))
    else:  # kept as checkpoints of the run (checkpoints.keep_every), not a second time in the library's folder
        arguments.pop("save_period", None)
    if asked.get("save") is False:
        arguments["save"] = True  # what is not saved can be neither validated nor gone on from
    # The same data with an absolute path, if Ultralytics would search elsewhere.
    arguments.update(data=os.environ.get("PITWALL_DATA") or experiment["data"], epochs=experiment["epochs"], project=str(run_dir), name="trainer", exist_ok=True)
    return arguments


def own_patience(experiment: dict) -> int:
    """Epochs without gain after which Ultralytics stops by itself, 0 for never: also if Pitwall is configured to judge that
    (`early_stop`) and can, since it validates."""
    early_stop = experiment["early_stop"]
    configured = any(key.startswith("early_stop.") for key in experiment["explicit"])
    if not early_stop["enabled"] or (configured and experiment["validation"]["enabled"]):
        return 0
    return early_stop["patience"]


def requested(experiment: dict) -> dict:
    """What the experiment file sets, under Ultralytics' flat names. A value that no field of the experiment can hold (a
    list, a count) is in `passthrough` as it was written, and the field beside it holds what Pitwall makes of it."""
    found = {}
    for key in experiment["explicit"]:
        value = _lookup(experiment, key)
        if value is not None:
            found[key] = value
    return {**found, **(experiment.get("passthrough") or {})}


def _lookup(experiment: dict, key: str):
    """Explicit keys are flat Ultralytics names; the experiment groups them."""
    for group in (experiment, experiment["schedule"], experiment["augment"], experiment["loss"]):
        if key in group and not isinstance(group[key], dict):
            return group[key]
    return None


def effective_settings(requested: dict, trainer) -> list:
    """Requested against effective, for what Ultralytics is known to change without a word in args.yaml."""
    args = vars(trainer.args)
    rows = []
    # Versions differ in whether auto's choice reaches the arguments; the optimizer itself is read below.
    shown = [key for key in SHOWN if key not in CHOSEN_BY_AUTO] if is_auto(requested) else SHOWN
    for key in shown:
        asked, used = requested.get(key), args.get(key)
        if key == "batch":
            used = trainer.batch_size
        if key in requested and asked != used:
            rows.append({"key": key, "requested": asked, "effective": used, **_because(_reason(key, requested))})
    rows.extend(_optimizer_rows(requested, trainer))
    rows.extend(
        {"key": key, "requested": value, "effective": None,
         **_because(words("this version of Ultralytics has no such argument"))}
        for key, value in requested.items()
        if key not in args and key not in OWN and key not in OURS
    )
    return rows


def is_auto(requested: dict) -> bool:
    return str(requested.get("optimizer", "auto")) == "auto"


def _optimizer_rows(requested: dict, trainer) -> list:
    """The optimizer as it was built: Ultralytics' auto ignores lr0 and momentum."""
    if not is_auto(requested):
        return []
    group = trainer.optimizer.param_groups[-1]
    built = {
        "optimizer": type(trainer.optimizer).__name__,
        "lr0": group.get("initial_lr", group["lr"]),
        "momentum": group.get("momentum", group.get("betas", (None,))[0]),
    }
    return [
        {"key": key, "requested": requested.get(key, "auto" if key == "optimizer" else None), "effective": value,
         **_because(words("optimizer: auto chooses it and ignores what is set"))}
        for key, value in built.items()
        if not _same(requested.get(key), value)
    ]


def _same(a, b) -> bool:
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return math.isclose(a, b, rel_tol=1e-12)
    return a == b


def _because(said: dict) -> dict:
    """The fields of a row: the reason in English, and as words."""
    return {"reason": said["message"], "said": said["said"]}


def _reason(key: str, requested: dict) -> dict:
    if key == "batch":
        return words("AutoBatch") if requested["batch"] < 1 else words("memory ran out, Ultralytics halved the batch")
    if key == "save":
        return words("Pitwall validates checkpoints and goes on from them")
    if key == "workers":
        return words("Ultralytics loads in the training process on CPU")
    if key == "amp":
        return words("Ultralytics' AMP check decided")
    if key == "warmup_bias_lr" and is_auto(requested):
        return words("optimizer: auto chooses it and ignores what is set")
    return words("changed by Ultralytics")
