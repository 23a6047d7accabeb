# SPDX-License-Identifier: AGPL-3.0-only
"""python -m pitwall_ultralytics.exporter: turns checkpoints (.pt) to ONNX. Never runs inside the training process.

A request is {"id", "pt", "onnx", "imgsz"?}, its answer {"id", "onnx", "seconds"} or {"id", "error"}; see lines.py.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from .lines import serve_lines


def handle(request: dict) -> dict:
    try:
        import onnx  # noqa: F401  the export needs it and must not install it
    except ImportError as error:
        raise RuntimeError(f"{sys.executable} cannot export to ONNX ({error}): pip install onnx") from error
    export(Path(request["pt"]), Path(request["onnx"]), request.get("imgsz"))
    return {"onnx": request["onnx"]}


def export(source: Path, target: Path, imgsz) -> None:
    """Exports a copy in a folder of our own (Ultralytics writes beside the .pt), then moves the file in whole."""
    from ultralytics import YOLO

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        link = Path(folder) / source.name
        link_or_copy(source, link)
        options = {"imgsz": imgsz} if imgsz else {}
        made = YOLO(str(link)).export(format="onnx", dynamic=True, simplify=False, device="cpu", verbose=False, **options)
        os.replace(made, target)


def link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(serve_lines(handle))
