# SPDX-License-Identifier: AGPL-3.0-only
"""python -m pitwall_ultralytics.exporter: turns checkpoints (.pt) to ONNX. Never runs inside the training process.

`export` takes {"pt", "onnx", "imgsz"?, "head"?: {"max_det", "agnostic_nms", "nms"}} and returns {"onnx", "seconds"}; see lines.py.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

from .files import replace, require_regular
from .lines import serve_lines
from .words import WordedError, words


def handle(request: dict) -> dict:
    try:
        import onnx  # noqa: F401  the export needs it and must not install it
    except ImportError as error:
        raise WordedError(words("{0} cannot export to ONNX ({1}): pip install onnx", sys.executable, error)) from error
    export(Path(request["pt"]), Path(request["onnx"]), request.get("imgsz"), request.get("head") or {})
    return {"onnx": request["onnx"]}


def export(source: Path, target: Path, imgsz, head: dict) -> None:
    """Exports a copy in a folder of our own (Ultralytics writes beside the .pt), then moves the file in whole."""
    from ultralytics import YOLO
    from ultralytics.utils import DEFAULT_CFG_DICT

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
        link = Path(folder) / source.name
        link_or_copy(source, link)
        # Only values other than the default: a head that needs NMS ignores them, and old versions do not know the names.
        options = {k: v for k, v in head.items() if k in DEFAULT_CFG_DICT and v is not None and v != DEFAULT_CFG_DICT[k]}
        options.update({"imgsz": imgsz} if imgsz else {})
        made = YOLO(str(link)).export(format="onnx", dynamic=True, simplify=False, device="cpu", verbose=False, **options)
        replace(made, target)


def link_or_copy(source: Path, target: Path) -> None:
    require_regular(source)
    try:
        os.link(source, target, follow_symlinks=False)
    except FileNotFoundError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        shutil.copyfile(source, target, follow_symlinks=False)
    require_regular(target)  # what was put in the place of the source meanwhile is not opened


if __name__ == "__main__":
    sys.exit(serve_lines("export", handle))
