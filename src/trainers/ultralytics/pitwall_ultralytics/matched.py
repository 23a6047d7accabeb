# SPDX-License-Identifier: AGPL-3.0-only
"""What Ultralytics' own validator matched, image by image: all that a paired bootstrap of a task's mAP needs, whatever it finds."""

HITS = ("tp_m", "tp_p", "tp")  # of masks, poses, boxes: the task's own output comes first
NEEDED = ("conf", "pred_cls", "target_cls")


class Matches:
    def __init__(self):
        self.files = []
        self.rows = []  # score, class, and the thresholds at which it is right, a bit each
        self.truth = []

    @property
    def images(self) -> int:
        return len(self.files)

    def take(self, metrics, files) -> None:
        """The images of a batch, whose statistics the validator has just added. A version that keeps none gives no comparison."""
        stats = getattr(metrics, "stats", None)
        hits = next((name for name in HITS if isinstance(stats, dict) and name in stats), None)
        if hits is None or any(name not in stats for name in NEEDED):
            return
        for index, file in enumerate(files, start=len(self.files)):
            self.files.append(str(file))
            self.rows.append(rows_of(stats["conf"][index], stats["pred_cls"][index], stats[hits][index]))
            self.truth.append([int(v) for v in stats["target_cls"][index]])

    def lines(self, classes: int):
        images = [{"file": f, "rows": len(r), "truth": t} for f, r, t in zip(self.files, self.rows, self.truth)]
        return {"classes": classes, "images": images}, self.rows


def rows_of(scores, classes, hits):
    import numpy as np

    if len(scores) == 0:
        return np.zeros((0, 3), "<f4")
    hits = np.asarray(hits, dtype=np.int64)
    return np.stack([scores, classes, (hits << np.arange(hits.shape[1])).sum(1)], 1).astype("<f4")
