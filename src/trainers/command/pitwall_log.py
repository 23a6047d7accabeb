# SPDX-License-Identifier: MIT
"""Logs a PyTorch (or any) training loop to Pitwall: copy this one file beside your script; it needs nothing but Python.

    import pitwall_log as log
    log.plan(epochs=10, steps_per_epoch=len(loader))
    log.step(step, epoch, loss={"box": box.item(), "cls": cls.item()}, optimizer=optimizer)
    log.epoch(epoch, loss={"total": mean}, metrics={"map50": 0.8})
    log.checkpoint("last.onnx", epoch, step)        # an ONNX file Pitwall copies and validates
    if log.stop_requested(): break

Steps count from 0, epochs from 1. Outside a Pitwall run, and on ranks above 0, every call does nothing.
"""

import json
import math
import os
import time

_path = os.environ.get("PITWALL_METRICS") if int(os.environ.get("RANK") or 0) == 0 else None
_file = open(_path, "a", encoding="utf-8") if _path else None


def _plain(value):
    value = float(value)
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _write(kind, **fields):
    if _file is not None:
        _file.write(json.dumps({"type": kind, **fields}) + "\n")
        _file.flush()


def _numbers(values):
    values = values if isinstance(values, dict) else {"total": values}
    return {str(name): _plain(value) for name, value in values.items()}


def plan(epochs, steps_per_epoch):
    _write("plan", epochs=epochs, stepsPerEpoch=steps_per_epoch)


def step(step, epoch, loss, lr=None, optimizer=None):
    """`loss`: a number or a dict of components; `lr`: a number or a dict by group, or give the optimizer."""
    if _file is None:
        return
    if lr is None and optimizer is not None:
        groups = optimizer.param_groups
        lr = {str(g.get("name", "lr" if len(groups) == 1 else f"pg{i}")): g["lr"] for i, g in enumerate(groups)}
    rates = lr if isinstance(lr, dict) else {} if lr is None else {"lr": lr}
    _write("step", step=step, epoch=epoch, t=int(time.time() * 1000), loss=_numbers(loss), lr=_numbers(rates))


def epoch(epoch, loss=None, metrics=None):
    """`metrics`: map, map50, precision, recall."""
    _write("epoch", epoch=epoch, loss=_numbers(loss or {}), metrics=_numbers(metrics or {}))


def checkpoint(file, epoch, step):
    _write("checkpoint", file=os.path.abspath(file), epoch=epoch, step=step)


def stop_requested():
    """True once somebody pressed Stop: finish the epoch, save, leave."""
    return os.path.exists(os.environ.get("PITWALL_STOP") or os.devnull + "/none")
