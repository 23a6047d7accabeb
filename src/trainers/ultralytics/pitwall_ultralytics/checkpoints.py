# SPDX-License-Identifier: AGPL-3.0-only
"""Copies each whole checkpoint out of Ultralytics' own folder, which it rewrites in place and may delete."""

import json
import os
import re
import shutil
import time
from pathlib import Path

from .files import open_folder, open_regular, read_regular, replace

FORMAT = 1
COPY_BYTES = 4 * 1024 * 1024


def publish(run_dir: Path, source: Path, meta: dict) -> dict:
    """Copies `source` to checkpoints/epoch-NNNN/model.pt: written beside, synced, renamed whole. Returns the event's fields."""
    relative = f"checkpoints/epoch-{meta['epoch']:04d}"
    with open_folder((run_dir / relative).parent, run_dir, make=True) as folder:
        size = write_in(folder, source, run_dir, meta)
    return {"path": relative, "epoch": meta["epoch"], "step": meta["step"], "bytes": size}


def write_in(folder: Path, source: Path, run_dir: Path, meta: dict) -> int:
    target = folder / f"epoch-{meta['epoch']:04d}"
    draft = folder / f".{target.name}.{os.getpid()}.tmp"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    with open_regular(source, run_dir) as content, (draft / "model.pt").open("xb") as file:
        shutil.copyfileobj(content, file, COPY_BYTES)
        file.flush()
        os.fsync(file.fileno())
    (draft / "meta.json").write_text(json.dumps({"format": FORMAT, "created": int(time.time() * 1000), **meta}))
    size = sum(f.stat().st_size for f in draft.iterdir())
    if target.exists():  # the same epoch again, after a resume or a NaN recovery
        shutil.rmtree(target)
    replace(draft, target)
    return size


def newest(run_dir: Path):
    """(epoch, file) of the newest whole checkpoint of our runner, or None."""
    found = sorted((run_dir / "checkpoints").glob("epoch-*/model.pt"))
    return (int(re.sub(r"\D", "", found[-1].parent.name)), found[-1]) if found else None


def unannounced(run_dir: Path, announced: set):
    """The event's fields of the newest checkpoint if it was never announced: a trainer was killed between it and its event."""
    found = newest(run_dir)
    if found is None or found[0] in announced:
        return None
    epoch, file = found
    meta = json.loads(read_regular(file.parent / "meta.json", run_dir))
    size = sum(f.stat().st_size for f in file.parent.iterdir())
    return {"path": f"checkpoints/{file.parent.name}", "epoch": epoch, "step": meta["step"], "bytes": size}


def drop_after(run_dir: Path, epoch: int) -> list:
    """Removes the checkpoints beyond the epoch that a run goes back to: one would be taken for the newest. Returns their names."""
    if not (run_dir / "checkpoints").is_dir():
        return []
    with open_folder(run_dir / "checkpoints", run_dir) as checkpoints:
        folders = sorted(checkpoints.glob("epoch-*"))
        later = [f for f in folders if re.fullmatch(r"epoch-\d{4,}", f.name) and int(f.name[6:]) > epoch and not f.is_symlink()]
        for folder in later:
            shutil.rmtree(folder)
    return [folder.name for folder in later]


def rescue(run_dir: Path, epochs_done: dict):
    """Publishes Ultralytics' own last checkpoint if it is newer than all of ours: a trainer that was killed may have ended
    between the epochs that `checkpoints.every` names. `epochs_done`: epoch -> its last step, of the attempts that count.
    Written in place by a process that may have been killed, so it has to load. Returns the event's fields, or None."""
    last = run_dir / "trainer" / "weights" / "last.pt"
    if not last.is_file():
        return None
    import torch

    try:
        with open_regular(last, run_dir) as file:
            content = torch.load(file, map_location="cpu", weights_only=False)
        epoch, names = int(content["epoch"]) + 1, content["ema"].names
        arguments = content["train_args"]
    except Exception:  # torn, or not a checkpoint that can be gone on from
        return None
    ours = newest(run_dir)
    if epoch not in epochs_done or epoch <= (ours[0] if ours else 0):
        return None
    meta = {"epoch": epoch, "step": epochs_done[epoch], "model": str(arguments["model"]),
            "names": [str(n) for n in names.values()], "imgsz": int(arguments["imgsz"])}
    return publish(run_dir, last, meta)
