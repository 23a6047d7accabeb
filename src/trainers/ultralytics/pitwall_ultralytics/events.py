# SPDX-License-Identifier: AGPL-3.0-only
"""events.jsonl: one JSON object a line, append-only, one writer (rank 0)."""

import io
import json
import math
import os
import time
from pathlib import Path

from .files import open_regular

EVENTS = "events.jsonl"
TAIL_BYTES = 65536


def plain(value):
    """JSON has no NaN or Infinity: they become the strings that every reader of a run folder knows."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def is_torn(path: Path) -> bool:
    """Whether a killed writer left half a line at the end."""
    if not path.exists():
        return False
    with open_regular(path) as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 1))
        return file.read() not in (b"", b"\n")


class EventLog:
    """Appends events to a file; every line is flushed, so that a killed trainer loses nothing it announced."""

    def __init__(self, path: Path):
        torn = is_torn(path)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)  # never through a link
        self._file = os.fdopen(os.open(path, flags, 0o666), "a", encoding="utf-8")
        if torn:
            self._file.write("\n")

    def write(self, kind: str, **fields) -> None:
        line = json.dumps(plain({"type": kind, "t": int(time.time() * 1000), **fields}), separators=(",", ":"))
        self._file.write(line + "\n")
        self._file.flush()


def read_events(run_dir: Path):
    """The events so far; torn and foreign lines are skipped."""
    path = run_dir / EVENTS
    if not path.exists():
        return
    with io.TextIOWrapper(open_regular(path), encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and "type" in event:
                yield event


def epochs_done(run_dir: Path) -> dict:
    """Epoch -> its last step, of those that count: an attempt that continues from a step drops all beyond it."""
    done = {}
    for event in read_events(run_dir):
        if event["type"] == "hello":
            done = {epoch: step for epoch, step in done.items() if step < event["fromStep"]}
        elif event["type"] == "epoch":
            done[event["epoch"]] = event["step"]
    return done


def announced(run_dir: Path) -> set:
    """Epochs whose checkpoint was announced, of the attempts that count."""
    steps = {}
    for event in read_events(run_dir):
        if event["type"] == "hello":
            steps = {epoch: step for epoch, step in steps.items() if step < event["fromStep"]}
        elif event["type"] == "checkpoint":
            steps[event["epoch"]] = event["step"]
    return set(steps)


def last_event(path: Path):
    """The newest whole event, or None; reads the end of the file only."""
    if not path.exists():
        return None
    with open_regular(path) as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - TAIL_BYTES))
        lines = file.read().decode("utf-8", errors="replace").splitlines()
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        return event if isinstance(event, dict) else None
    return None
