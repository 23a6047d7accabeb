# SPDX-License-Identifier: AGPL-3.0-only
"""python -m pitwall_ultralytics.exporter: turns checkpoints (.pt) to ONNX, one after another, in a process that stays warm.

One JSON line in: {"id", "pt", "onnx", "imgsz"?}; one JSON line out: {"id", "onnx", "seconds"} or {"id", "error"}.
The first line out is {"ready", "ultralytics", "torch"}. Ends when stdin closes. Never runs inside the training process.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Ultralytics prints must not mix with the answers
    lower_priority()
    try:
        import onnx  # noqa: F401  the exporter needs it and must not install it
        import torch
        import ultralytics
    except ImportError as error:
        answer(answers, {"error": f"{sys.executable} cannot export: {error}; pip install ultralytics onnx"})
        return 1
    answer(answers, {"ready": True, "ultralytics": ultralytics.__version__, "torch": torch.__version__})
    for line in sys.stdin:
        request = json.loads(line)
        answer(answers, serve(ultralytics.YOLO, request))
    return 0


def serve(yolo, request: dict) -> dict:
    started = time.perf_counter()
    try:
        export(yolo, Path(request["pt"]), Path(request["onnx"]), request.get("imgsz"))
    except Exception as error:
        return {"id": request["id"], "error": " ".join(f"{type(error).__name__}: {error}".split())}
    return {"id": request["id"], "onnx": request["onnx"], "seconds": round(time.perf_counter() - started, 3)}


def export(yolo, source: Path, target: Path, imgsz) -> None:
    """Exports a copy in a folder of our own (Ultralytics writes beside the .pt), then moves the file in whole."""
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        link = Path(folder) / source.name
        link_or_copy(source, link)
        options = {"imgsz": imgsz} if imgsz else {}
        made = yolo(str(link)).export(format="onnx", dynamic=True, simplify=False, device="cpu", verbose=False, **options)
        os.replace(made, target)


def link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def lower_priority() -> None:
    if hasattr(os, "nice"):
        os.nice(19)
    import multiprocessing

    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, multiprocessing.cpu_count() - 1)))


def answer(stream, value: dict) -> None:
    stream.write(json.dumps(value) + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
