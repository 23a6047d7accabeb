# SPDX-License-Identifier: AGPL-3.0-only
"""What people look at: the true and the found masks, poses, turned boxes or boxes of those val images with the most mistakes, in
shares of the image. src/run/pictures-file.ts has the form. Numbers do not depend on it: if the installed version's validator does
not hold what is needed, there are no pictures, and `problem` says why."""

import heapq
import json
import secrets
from pathlib import Path

from .files import replace

MOST_IMAGES = 240  # ten pages of the gallery
MOST_SHAPES = 40  # true ones and found ones of an image
MOST_PARTS, MOST_POINTS = 3, 40  # of an outline
LOWEST = 0.05  # nothing below this score is shown
USUAL = 0.25  # decides which images have the most mistakes while the best confidence is not known
DIGITS = 4


class Pictures:
    def __init__(self):
        self.problem = None
        self.judged = 0
        self._worst = []  # a heap of (mistakes, order, picture)
        self._next = (0, 0)

    def take(self, validator, preds, batch, matches) -> None:
        """A batch that `matches` has just taken."""
        if self.problem:
            return
        try:
            first = matches.images - len(preds)
            for index, pred in enumerate(preds):
                rows, labels = matches.rows[first + index], len(matches.truth[first + index])
                hits = rows[:, 2].astype(int) & 1
                if self._is_among_worst(hits, rows[:, 0] >= USUAL, labels):
                    self._keep(picture_of(pred, validator._prepare_batch(index, batch), batch, index, hits))
        except Exception as error:  # whatever another version does otherwise
            self.problem, self._worst = f"{type(error).__name__}: {error}", []

    def _is_among_worst(self, hits, sure, labels: int) -> bool:
        right = int((hits & sure).sum())
        self.judged += 1
        self._next = (int(sure.sum()) - right + max(0, labels - right), -self.judged)
        return len(self._worst) < MOST_IMAGES or self._next > self._worst[0][:2]

    def _keep(self, picture: dict) -> None:
        entry = (*self._next, picture)
        if len(self._worst) < MOST_IMAGES:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heapreplace(self._worst, entry)

    def write(self, path: Path, about: dict, confidence: float) -> None:
        """Written beside, renamed whole. `about`: task and names of classes."""
        least = max(LOWEST, confidence)
        shown = sorted((judged(picture, least) for _, _, picture in self._worst), key=lambda p: -(p["missed"] + p["false"]))
        document = {"version": 1, **about, "confidence": least, "images": self.judged, "pictures": shown}
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        with draft.open("x", encoding="utf-8") as file:  # never through a link
            json.dump(document, file)
        replace(draft, path)


def best_confidence(about) -> float:
    """Where the mean F1 of the classes is highest, as Ultralytics picks its precision and recall."""
    curve = getattr(about, "f1_curve", None)
    return float(curve.mean(0).argmax() / (curve.shape[1] - 1)) if curve is not None and len(curve) else USUAL


def judged(picture: dict, least: float) -> dict:
    found = [one for one in picture["found"] if one["score"] >= least]
    hits = sum(one["hit"] for one in found)
    shown = {key: picture[key] for key in ("file", "truth")}
    return {**shown, "found": found, "missed": max(0, picture["labels"] - hits), "false": len(found) - hits}


def picture_of(pred: dict, truth: dict, batch: dict, index: int, hits) -> dict:
    height, width = (int(v) for v in batch["ori_shape"][index])
    (gain_height, gain_width), (left, top) = batch["ratio_pad"][index]
    input_height, input_width = (int(v) for v in batch["img"].shape[2:])

    def place(points):
        """From pixels of the model's input to shares of the image."""
        import numpy as np

        return (np.asarray(points, "f8") - (left, top)) / (gain_width * width, gain_height * height)

    scores, classes = array(pred["conf"]), array(pred["cls"])
    count = min(int((scores >= LOWEST).sum()), MOST_SHAPES)
    found = shapes(pred, count, place, (input_width, input_height))
    labels = shapes(truth, min(len(truth["cls"]), MOST_SHAPES), place, (input_width, input_height))
    return {
        "file": str(batch["im_file"][index]), "labels": len(truth["cls"]),
        "truth": [{"class": int(c), **shape} for c, shape in zip(array(truth["cls"]), labels)],
        "found": [{"class": int(c), "score": round(float(s), 3), "hit": bool(h), **shape}
                  for c, s, h, shape in zip(classes, scores, hits, found)],
    }


def shapes(given: dict, count: int, place, size) -> list:
    boxes = array(given["bboxes"])[:count]
    masks, poses = given.get("masks"), given.get("keypoints")
    result = []
    for i, box in enumerate(boxes):
        corners = turned(box) if len(box) == 5 else [[box[0], box[1]], [box[2], box[3]]]
        shape = {"box": bounds(place(corners))}
        if len(box) == 5:
            shape["outlines"] = [flat(place(corners))]
        elif masks is not None:
            shape["outlines"] = [flat(place(part)) for part in outlines(array(masks[i]), size)]
        elif poses is not None:
            shape["points"] = joints(array(poses[i]), place)
        result.append(shape)
    return result


def array(tensor):
    return tensor.detach().float().cpu().numpy()


def bounds(points) -> list:
    (x1, y1), (x2, y2) = points.min(0), points.max(0)
    return [round(float(v), DIGITS) for v in (x1, y1, x2 - x1, y2 - y1)]


def flat(points) -> list:
    return [round(float(v), DIGITS) for v in points.ravel()]


def turned(box) -> list:
    """Corners of (x, y, width, height, angle in radians)."""
    from math import cos, sin

    x, y, width, height, angle = (float(v) for v in box)
    along = (width / 2 * cos(angle), width / 2 * sin(angle))
    across = (-height / 2 * sin(angle), height / 2 * cos(angle))
    return [[x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]] for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]


def outlines(mask, size) -> list:
    """The largest parts of a mask, whose pixels cover the model's input."""
    import cv2
    import numpy as np

    found, _ = cv2.findContours((mask > 0.5).astype("u1"), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    scale = (size[0] / mask.shape[1], size[1] / mask.shape[0])
    parts = []
    for contour in sorted(found, key=cv2.contourArea, reverse=True)[:MOST_PARTS]:
        points = cv2.approxPolyDP(contour, 0.004 * cv2.arcLength(contour, True), True)[:, 0]
        chosen = points[np.linspace(0, len(points) - 1, min(len(points), MOST_POINTS)).astype(int)]
        if len(chosen) > 2:
            parts.append((chosen + 0.5) * scale)
    return parts


def joints(pose, place) -> list:
    """x, y and whether it is to be seen, of each point."""
    seen = pose[:, 2] > 0.5 if pose.shape[1] > 2 else pose[:, 0] > 0
    return [[*flat(xy), int(v)] for xy, v in zip(place(pose[:, :2]), seen)]
