# SPDX-License-Identifier: AGPL-3.0-only
"""Subclasses of the library's trainers, derived from the model's own. They are defined in an importable module and hook in by
themselves: a multi-GPU launch starts new processes that import the class by its module path, and PITWALL_TRAINER names the
class to derive it from. Versions differ in whether callbacks added to a trainer reach these processes (not before 8.4,
later they are passed on), so nothing is added: the subclass overrides the method that runs the callbacks."""

import importlib
import json
import os
from pathlib import Path

from .session import Session, StopTraining

HOOKS = ("on_train_start", "on_train_epoch_start", "on_train_batch_end", "on_train_epoch_end", "on_model_save", "on_fit_epoch_end")


class Pitwalled:
    """Mixin: writes the run to the folder named in PITWALL_RUN_DIR and answers its control folder."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        options = json.loads(os.environ["PITWALL_OPTIONS"])
        self.pitwall = Session(self, Path(os.environ["PITWALL_RUN_DIR"]), options)

    def run_callbacks(self, event):
        super().run_callbacks(event)
        if event in HOOKS:
            getattr(self.pitwall, event)()

    def train(self):
        """One process trains and leaves by StopTraining when it is stopped. A launched rank ends in good order instead, for
        its launcher takes any other end for a crash; and the launcher adds nothing to what rank 0 wrote."""
        rank = int(os.environ.get("RANK", -1))
        try:
            super().train()
        except StopTraining:
            if rank == -1:
                raise
        except BaseException as error:
            if rank != -1:
                self.pitwall.finish(error)
            raise
        if rank != -1:
            self.pitwall.finish()
        elif self.pitwall.has_launched() and not self.pitwall.script:
            raise StopTraining("the processes that were launched have ended")

    def check_resume(self, overrides):
        """A checkpoint remembers where its trainer wrote; the run folder may have been moved since."""
        super().check_resume(overrides)
        if self.resume and not json.loads(os.environ["PITWALL_OPTIONS"]).get("script"):
            self.args.save_dir = str(Path(os.environ["PITWALL_RUN_DIR"]) / "trainer")

    def preprocess_batch(self, batch):
        self.pitwall.on_batch(len(batch["img"]))
        self.pitwall.raise_if_stopped()
        return super().preprocess_batch(batch)

    def validate(self):
        """Validation is Pitwall's, off the loop, unless the experiment wants Ultralytics' own as well; a script does as it does."""
        pitwall = self.pitwall
        return super().validate() if pitwall.script or pitwall.validates_now() else (self.metrics, None)

    def final_eval(self):
        if self.pitwall.in_loop_every > 0:
            super().final_eval()


PREFIX = "Pitwall"


def pitwalled(base: type) -> type:
    """The trainer of a model (detection, RT-DETR, YOLO-World ...), extended to report to Pitwall."""
    name = PREFIX + base.__name__
    if globals().get(name) is not None and globals()[name].__bases__[-1] is not base:  # a script's own of the same name
        del globals()[name]
    os.environ["PITWALL_TRAINER"] = f"{base.__module__}:{base.__qualname__}"
    if name not in globals():
        globals()[name] = type(name, (Pitwalled, base), {"__module__": __name__, "__doc__": base.__doc__})
    return globals()[name]


def __getattr__(name: str):
    """`from ... import PitwallDetectionTrainer` in a process that was launched."""
    module, _, base = os.environ.get("PITWALL_TRAINER", "").partition(":")
    if not base or name != PREFIX + base:
        raise AttributeError(name)
    return pitwalled(getattr(importlib.import_module(module), base))
