# SPDX-License-Identifier: AGPL-3.0-only
"""python -m pitwall_ultralytics.own_val: Ultralytics' own validation of a checkpoint, in a process of its own.

`validate` takes {"pt", "data", "split", "imgsz", "batch"?, "half", "device", "trained_on", "single_cls", "rule"?, "out", "pictures"};
`rule` is that of own_rule.py. The answer holds Ultralytics' numbers and the device. For detection, `out` gets the detections, from which
everything else that Pitwall shows of a checkpoint is computed: one JSON line that describes the images, then float32 rows
(x1, y1, x2, y2, score, class), boxes in input pixels.
`pictures` is a file for what people look at of another task (pictures.py). See lines.py.
"""

import json
import os
import re
import secrets
import sys
import tempfile
from pathlib import Path

from .files import replace, require_regular
from .lines import serve_lines
from .matched import Matches
from .metric_names import named
from .pictures import Pictures, best_confidence
from .words import WordedError, words

MOST_BATCH = 32  # images at once by default
# Cards that report FP16 and give NaN; src/domain/detection/half.ts has the reports.
FAULTY_HALF = re.compile(r"GTX 16\d0|\bT(400|500|550|600|1000|1200|2000)\b|K40m", re.I)


def handle(request: dict) -> dict:
    from ultralytics import YOLO
    from ultralytics.models.yolo.detect import DetectionValidator

    model = YOLO(str(require_regular(Path(request["pt"]))))
    device = choose_device(request["device"], request.get("trained_on") or "")
    half = wants_half(request["half"], device)
    # Images that share one padded shape: correct numbers take precedence over speed.
    batch = request.get("batch") or (request.get("rule") or {}).get("batch") or MOST_BATCH
    seen = Seen()
    base = model._smart_load("validator")
    records = base is DetectionValidator  # boxes are all that there is to compare, and lie in the input as Pitwall expects
    matches, pictures = Matches(), Pictures()
    kind = watching_validator(base, seen, records, matches, pictures)
    with tempfile.TemporaryDirectory(prefix="pitwall-val-") as folder:
        metrics = model.val(
            validator=kind, data=request["data"], split=request["split"], imgsz=request["imgsz"],
            batch=batch, half=half, device=device, single_cls=request["single_cls"],
            **by_rule(request.get("rule")), workers=0, plots=False, save_json=False, verbose=False, project=folder, name="val", exist_ok=True,
        )
    if records:
        write_rows(Path(request["out"]), {"images": [f["image"] for f in seen.found]}, [f["rows"] for f in seen.found])
    matched = not records and matches.images > 0
    if matched:
        write_rows(Path(request["out"]), *matches.lines(len(model.names)))
        write_pictures(request, pictures, model, judged_output(metrics))
    return {
        "task": model.task, **numbers(metrics, model.names), "recorded": records, "matched": matched,
        **({"unseen": pictures.problem} if matched and pictures.problem else {}),
        "device": str(device), "half": half, "batch": batch, "images": seen.images,
        "inference": float(metrics.speed.get("inference", 0.0)) * seen.images / 1000,
    }


def numbers(metrics, names) -> dict:
    """The task's own output (masks, poses, boxes, classes), everything under Ultralytics' own names, and its fitness."""
    everything = named({k: float(v) for k, v in metrics.results_dict.items()})
    own = {key: everything.get(key, 0.0) for key in ("map", "map50", "precision", "recall")}
    about = judged_output(metrics)
    return {"metrics": {**own, "map75": float(about.map75) if about else 0.0},
            "named": {k: v for k, v in everything.items() if k.startswith("metrics/")},
            "fitness": everything.get("fitness", own["map"]), "perClass": per_class(metrics, about, names) if about else []}


def judged_output(metrics):
    return next((getattr(metrics, name) for name in ("seg", "pose", "box") if hasattr(metrics, name)), None)


def write_pictures(request: dict, pictures: Pictures, model, about) -> None:
    if pictures.problem:
        return
    names = [str(name) for name in (model.names.values() if isinstance(model.names, dict) else model.names)]
    try:
        pictures.write(Path(request["pictures"]), {"task": model.task, "classes": names}, best_confidence(about))
    except Exception as error:  # the numbers stand
        pictures.problem = f"{type(error).__name__}: {error}"


def per_class(metrics, about, names) -> list:
    """A row for each class that has labels."""
    labels, images = getattr(metrics, "nt_per_class", None), getattr(metrics, "nt_per_image", None)
    rows = []
    for place, index in enumerate(about.ap_class_index):
        precision, recall, ap50, ap = (float(v) for v in about.class_result(place))
        rows.append({"class": int(index), "name": str(names[int(index)]), "precision": precision, "recall": recall, "ap50": ap50, "ap": ap,
                     "f1": 2 * precision * recall / max(precision + recall, 1e-16),
                     "labels": int(labels[index]) if labels is not None else 0,
                     "images": int(images[index]) if images is not None else 0})
    return rows


def by_rule(rule) -> dict:
    """The arguments of `val` that make it judge as the trainer would. A trained head decides about NMS if nothing is set."""
    if not rule:
        return {}
    from ultralytics.utils import DEFAULT_CFG_DICT

    wanted = {"conf": rule["conf"], "iou": rule["iou"], "max_det": rule["max_det"], "agnostic_nms": rule["agnostic"],
              "classes": rule["classes"], "rect": rule["rect"], "nms": rule["nms"],
              "fraction": [1.0, rule["fraction"]] if rule["fraction"] != 1 else None}
    return {k: v for k, v in wanted.items() if v is not None and k in DEFAULT_CFG_DICT}


class Seen:
    def __init__(self):
        self.images = 0
        self.found = []  # detections of each image


def watching_validator(base, seen: Seen, records: bool, matches: Matches, pictures: Pictures):
    """The task's own validator, which also counts images and records the detections of each, or what of them was matched."""

    class Watching(base):
        def preprocess(self, batch):
            seen.images += len(batch["img"])
            return super().preprocess(batch)

        def update_metrics(self, preds, batch):
            if records:
                seen.found.extend(described(pred, batch, index) for index, pred in enumerate(preds))
            super().update_metrics(preds, batch)
            if not records:
                matches.take(self.metrics, batch["im_file"])
                pictures.take(self, preds, batch, matches)

    return Watching


def described(pred, batch: dict, index: int) -> dict:
    """One image: file, sizes, its place in the input, and its rows. Older versions give a tensor instead of a dict."""
    import torch

    rows = torch.cat([pred["bboxes"], pred["conf"][:, None], pred["cls"][:, None]], 1) if isinstance(pred, dict) else pred[:, :6]
    height, width = (int(v) for v in batch["ori_shape"][index])
    (gain_height, gain_width), (left, top) = batch["ratio_pad"][index]
    input_height, input_width = batch["img"].shape[2:]
    return {
        "image": {"file": str(batch["im_file"][index]), "size": [width, height], "input": [int(input_width), int(input_height)],
                  "scale": [float(gain_width), float(gain_height)], "offset": [float(left), float(top)], "rows": len(rows)},
        "rows": rows.detach().float().cpu().numpy().astype("<f4"),
    }


def write_rows(path: Path, about: dict, rows: list) -> None:
    """Written beside, renamed whole."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    with draft.open("xb") as file:  # never through a link
        file.write(json.dumps(about).encode() + b"\n")
        for array in rows:
            file.write(array.tobytes())
    replace(draft, path)


def choose_device(asked: str, trained_on: str):
    """`auto`: a GPU that does not train if there is one, else the one that does, else the CPU."""
    import torch

    if asked == "auto":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if count == 0:
            return torch.device("cpu")
        busy = {int(n) for n in re.findall(r"\d+", trained_on)} or {0}
        free = [n for n in range(count) if n not in busy]
        return torch.device("cuda", free[0] if free else 0)
    if asked in ("cpu", "mps") or re.fullmatch(r"cuda(:\d+)?", asked):
        return torch.device("cuda:0" if asked == "cuda" else asked)
    raise WordedError(words("validation.device {0}: Ultralytics' own validation knows auto, cpu, mps, cuda and cuda:N", asked))


def wants_half(asked: str, device) -> bool:
    """FP16 if the card supports it fully: compute capability 7.0 or higher, except those that are known to fail."""
    if asked != "auto":
        return asked == "on"
    if device.type != "cuda":
        return False
    import torch

    return torch.cuda.get_device_capability(device) >= (7, 0) and not FAULTY_HALF.search(torch.cuda.get_device_name(device))


if __name__ == "__main__":
    sys.exit(serve_lines("validate", handle))
