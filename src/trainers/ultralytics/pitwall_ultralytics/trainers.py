# SPDX-License-Identifier: AGPL-3.0-only
"""Trainer subclasses by task. They live in an importable module, and hook in from their constructor: a multi-GPU launch
starts new processes that import the class by its module path and know nothing of callbacks added from outside."""

import json
import os
from pathlib import Path

from ultralytics.models.yolo.classify import ClassificationTrainer
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.models.yolo.obb import OBBTrainer
from ultralytics.models.yolo.pose import PoseTrainer
from ultralytics.models.yolo.segment import SegmentationTrainer

from .session import Session

HOOKS = ("on_train_start", "on_train_epoch_start", "on_train_batch_end", "on_train_epoch_end", "on_model_save", "on_fit_epoch_end")


class Pitwalled:
    """Mixin: streams the run to the folder named in PITWALL_RUN_DIR and obeys its control folder."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        options = json.loads(os.environ["PITWALL_OPTIONS"])
        self.pitwall = Session(self, Path(os.environ["PITWALL_RUN_DIR"]), options)
        for hook in HOOKS:
            self.add_callback(hook, call_session(hook))

    def preprocess_batch(self, batch):
        self.pitwall.on_batch(len(batch["img"]))
        self.pitwall.raise_if_stopped()
        return super().preprocess_batch(batch)

    def validate(self):
        """Validation is Pitwall's, off the loop, unless the experiment wants Ultralytics' own as well."""
        return super().validate() if self.pitwall.validates_now() else (self.metrics, None)

    def final_eval(self):
        if self.pitwall.validates_now():
            super().final_eval()


def call_session(hook: str):
    def callback(trainer):
        getattr(trainer.pitwall, hook)()

    return callback


class PitwallDetectionTrainer(Pitwalled, DetectionTrainer):
    pass


class PitwallSegmentationTrainer(Pitwalled, SegmentationTrainer):
    pass


class PitwallPoseTrainer(Pitwalled, PoseTrainer):
    pass


class PitwallOBBTrainer(Pitwalled, OBBTrainer):
    pass


class PitwallClassificationTrainer(Pitwalled, ClassificationTrainer):
    pass


BY_TASK = {
    "detect": PitwallDetectionTrainer,
    "segment": PitwallSegmentationTrainer,
    "pose": PitwallPoseTrainer,
    "obb": PitwallOBBTrainer,
    "classify": PitwallClassificationTrainer,
}
