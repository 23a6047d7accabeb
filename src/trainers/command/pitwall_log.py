# SPDX-License-Identifier: MIT
"""Logs a PyTorch (or any) training loop to Pitwall: copy this one file beside your script; it needs nothing but Python.

    import pitwall_log as log
    log.plan(epochs=10, steps_per_epoch=len(loader))
    log.step(step, epoch, loss={"box": box.item(), "cls": cls.item()}, optimizer=optimizer)
    log.epoch(epoch, loss={"total": mean}, metrics={"map50": 0.8})
    log.checkpoint("last.onnx", epoch, step)        # an ONNX file Pitwall copies and validates
    if log.stop_requested(): break

Steps count from 0, epochs from 1. Without PITWALL_METRICS in the environment, and on ranks above 0, every call does nothing.
"""
import json
import math
import os
import time

_path = os.environ.get("PITWALL_METRICS") if int(os.environ.get("RANK") or 0) == 0 else None
_file = open(_path, "a", encoding="utf-8") if _path else None

def _plain(value):
    value = float(value)
    return value if math.isfinite(value) else "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"

def _numbers(values, name):
    return {str(k): _plain(v) for k, v in (values if isinstance(values, dict) else {name: values}).items()}

def _write(kind, **fields):
    if _file is not None:
        _file.write(json.dumps(dict(fields, type=kind, t=int(time.time() * 1000))) + "\n")
        _file.flush()

def plan(epochs, steps_per_epoch):
    _write("plan", epochs=epochs, stepsPerEpoch=steps_per_epoch)

def step(step, epoch, loss, lr=None, optimizer=None):
    """`loss`: a number or a dict of components; `lr`: a number or a dict by group, or give the optimizer."""
    if _file is not None:
        if lr is None and optimizer is not None:
            groups = optimizer.param_groups
            lr = {g.get("name", "lr" if len(groups) == 1 else "pg%d" % i): g["lr"] for i, g in enumerate(groups)}
        _write("step", step=step, epoch=epoch, loss=_numbers(loss, "total"), lr=_numbers({} if lr is None else lr, "lr"))

def epoch(epoch, loss=None, metrics=None):
    """`metrics`: map, map50, precision, recall."""
    _write("epoch", epoch=epoch, loss=_numbers(loss if loss is not None else {}, "total"), metrics=_numbers(metrics or {}, ""))

def checkpoint(file, epoch, step):
    _write("checkpoint", file=os.path.abspath(file), epoch=epoch, step=step)

def end():
    """The training is done: followers of the folder need not wait for more."""
    _write("end")

def stop_requested():
    """True after Stop was pressed: finish the epoch, save, leave."""
    return bool(os.environ.get("PITWALL_STOP")) and os.path.exists(os.environ["PITWALL_STOP"])
