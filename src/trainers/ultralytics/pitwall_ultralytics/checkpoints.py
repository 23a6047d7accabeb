# SPDX-License-Identifier: AGPL-3.0-only
"""Copies each whole checkpoint out of Ultralytics' own folder, which it rewrites in place and may delete."""

import json
import os
import shutil
import time
from pathlib import Path

FORMAT = 1


def publish(run_dir: Path, source: Path, meta: dict) -> dict:
    """Copies `source` to checkpoints/epoch-NNNN/model.pt: written beside, synced, renamed whole. Returns the event's fields."""
    relative = f"checkpoints/epoch-{meta['epoch']:04d}"
    target = run_dir / relative
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shutil.copyfile(source, draft / "model.pt")
    with (draft / "model.pt").open("rb+") as file:
        os.fsync(file.fileno())
    (draft / "meta.json").write_text(json.dumps({"format": FORMAT, "created": int(time.time() * 1000), **meta}))
    size = sum(f.stat().st_size for f in draft.iterdir())
    if target.exists():  # the same epoch again, after a resume or a NaN recovery
        shutil.rmtree(target)
    draft.rename(target)
    return {"path": relative, "epoch": meta["epoch"], "step": meta["step"], "bytes": size}


def newest(run_dir: Path):
    """The newest whole checkpoint of our runner, or None."""
    found = sorted((run_dir / "checkpoints").glob("epoch-*/model.pt"))
    return found[-1] if found else None
