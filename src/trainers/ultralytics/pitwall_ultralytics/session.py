# SPDX-License-Identifier: AGPL-3.0-only
"""What a trainer subclass does at each hook of Ultralytics: events out, requests in. One per trainer, rank 0 writes."""

import os
import sys
import time
from pathlib import Path

import ultralytics

from . import checkpoints
from .control import ControlFolder
from .events import EVENTS, EventLog, last_event, read_events
from .metric_names import named
from .rates import Rates, group_names
from .versions import versions_of
from .warnings_log import tell_warnings
from .words import said_by, words

ACCEPTS = ["lr", "stop", "stop_after_epoch", "pause", "close_mosaic", "patience"]
# A script that is not ours is interrupted as any program, and no one knows how it would go on from a checkpoint.
SCRIPT_ACCEPTS = ["lr", "stop_after_epoch", "close_mosaic", "patience"]


class Session:
    def __init__(self, trainer, run_dir: Path, options: dict):
        self.trainer = trainer
        self.run_dir = run_dir
        self.attempt = int(options["attempt"])
        self.in_loop_every = int(options["in_loop_every"])  # epochs between Ultralytics' own validations; 0: none
        self.checkpoint_every = int(options.get("checkpoint_every", 1))
        self.requested = options["requested"]
        self.leader = int(os.environ.get("RANK", -1)) in (-1, 0)
        self.rates = Rates(options["warmup_shape"], options.get("lr_range"))
        self.script = options.get("script")  # file for the events of a script that is not ours; None: our own runner
        self.accepts = ACCEPTS if self.script is None else SCRIPT_ACCEPTS if options["answers"] else []
        self.log_file = Path(self.script or run_dir / EVENTS)
        self.log = EventLog(self.log_file) if self.leader else None
        # Beside a script a later attempt may be another reader of it.
        self.control = ControlFolder(run_dir, sys.maxsize if self.script else self.attempt)
        if self.leader:
            tell_warnings(self._emit)
        self.batch = 0
        self.step = self._from_step = 0
        self.end_reason = "completed"
        self._leave = None  # (how the run ends, after which epoch)
        self._pending_stop = None
        self._epoch_open = False
        self._began_ms = int(time.time() * 1000)
        self._said_hello = False
        self._finished = False
        self._started = self._stepped = time.monotonic()
        self._waited = 0.0  # seconds for the batch of this step
        self._planned_shape = None
        self._mosaic_off = False
        self._closed_loader = None
        self._unpublished = None  # of the last whole epoch, while its checkpoint is in Ultralytics' folder only

    # -- hooks, in the order Ultralytics fires them -------------------------------------------------------------

    def on_train_start(self) -> None:
        trainer = self.trainer
        self.step = self._from_step = trainer.start_epoch * len(trainer.train_loader)
        self._said_hello = True
        self._emit(
            "hello", trainer="ultralytics", pid=os.getpid(), attempt=self.attempt, fromStep=self.step,
            groups=group_names(trainer.optimizer.param_groups), knobs=self.accepts, device=str(trainer.device),
            versions=versions_of(trainer.device), **self._gpu_size(),
        )
        self._plan()
        if self.attempt > 1 and (self.step > 0 or not self.script):  # a script may just as well begin anew
            self._replay_changes()

    def on_train_epoch_start(self) -> None:
        self.batch = 0
        self._epoch_open = True
        self._epoch_started = self._started = self._stepped = time.monotonic()
        self._close_mosaic()

    def on_batch(self, images: int) -> None:
        """From preprocess_batch: after the warm-up set the LR, before the optimizer uses it."""
        trainer = self.trainer
        self._waited = time.monotonic() - self._stepped
        self._plan_again_if_changed()
        self.step = self.batch + len(trainer.train_loader) * trainer.epoch
        self.images = images
        groups = trainer.optimizer.param_groups
        if self.rates.lr_range:
            self.rates.apply_range(groups, self.step / max(1, trainer.epochs * len(trainer.train_loader) - 1))
        else:
            self.rates.apply(groups, self.step, self._warmup())
        self._take_requests()
        self.rates.write(groups)

    def on_train_batch_end(self) -> None:
        self.batch += 1
        if self.log is None:
            return
        trainer = self.trainer
        now = time.monotonic()
        seconds, self._started = now - self._started, now
        self._emit(
            "step", step=self.step, epoch=trainer.epoch + 1, lr=[float(g["lr"]) for g in trainer.optimizer.param_groups],
            loss=self._losses(trainer.loss_items), ips=round(self.images / max(seconds, 1e-9), 2),
            wait=round(self._waited, 4), **self._gpu_memory(),
        )
        self._stepped = time.monotonic()  # the losses were fetched for the event: whatever the GPU had to do is done

    def on_train_epoch_end(self) -> None:
        self._mean_losses = self._losses(self.trainer.tloss)

    def on_model_save(self) -> None:
        trainer = self.trainer
        meta = {"epoch": trainer.epoch + 1, "step": self.step, "model": str(trainer.args.model),
                "names": [str(n) for n in trainer.data["names"].values()], "imgsz": int(trainer.args.imgsz)}
        self._unpublished = meta
        if self._publishes_now():
            self._publish()

    def on_fit_epoch_end(self) -> None:
        trainer = self.trainer
        if not self._epoch_open:
            return  # the final evaluation fires this hook once more, with this epoch's number or the next
        self._epoch_open = False
        metrics = named({k: float(v) for k, v in (trainer.metrics or {}).items()}) if self.validates_now() else None
        self._emit("epoch", epoch=trainer.epoch + 1, step=self.step, seconds=round(time.monotonic() - self._epoch_started, 3),
                   loss=self._mean_losses, **({"metrics": metrics} if metrics else {}))
        self._apply_stop_after_epoch()

    def finish(self, error=None) -> None:
        """The `end` event; the run's last line of this attempt. A launcher adds nothing to the end that rank 0 wrote."""
        if self._finished or not self._said_hello and self._has_ended():
            return
        self._finished = True
        self._publish()  # the last whole epoch, whatever `checkpoints.every` says: a run that ended is gone on from there
        if isinstance(error, KeyboardInterrupt):
            self._emit("end", reason="stopped", step=self.step, **words("interrupted"))
        elif error is not None:
            self._emit("end", reason="failed", step=self.step, **said_by(error))
        else:
            self._emit("end", reason=self.end_reason, step=self.step)

    def validates_now(self) -> bool:
        """Whether Ultralytics validates in its loop at this epoch's end; the last epoch is validated if any is."""
        every, epoch = self.in_loop_every, self.trainer.epoch + 1
        if self.script:
            return bool(self.trainer.args.val) or epoch >= self.trainer.epochs
        return every > 0 and (epoch % every == 0 or epoch >= self.trainer.epochs)

    def has_launched(self) -> bool:
        """Whether processes that this one started did the training: none of its hooks fired here."""
        return not self._said_hello

    # -- details ------------------------------------------------------------------------------------------------

    def _publish(self) -> None:
        meta, self._unpublished = self._unpublished, None
        if self.leader and meta is not None and not self.control.gone:
            self._emit("checkpoint", **checkpoints.publish(self.run_dir, Path(self.trainer.last), meta))

    def _emit(self, kind: str, **fields) -> None:
        if self.log is not None and not self.control.gone:
            self.log.write(kind, **fields)

    def _has_ended(self) -> bool:
        event = last_event(self.log_file)
        return event is not None and event.get("type") == "end" and event.get("t", 0) >= self._began_ms

    def _publishes_now(self) -> bool:
        """Each n-th epoch's checkpoint, and any that may be the last."""
        trainer = self.trainer
        epoch = trainer.epoch + 1
        return epoch % self.checkpoint_every == 0 or epoch >= trainer.epochs or trainer.stop or self._leaves_after(epoch)

    def _gpu_size(self) -> dict:
        if self.trainer.device.type != "cuda":
            return {}
        import torch

        return {"deviceBytes": int(torch.cuda.get_device_properties(self.trainer.device).total_memory)}

    def _gpu_memory(self) -> dict:
        if self.trainer.device.type != "cuda":
            return {}
        import torch

        return {"gpuBytes": int(torch.cuda.memory_reserved(self.trainer.device))}

    def _close_mosaic(self) -> None:
        """Once for each loader: an out-of-memory halving builds a new one. Workers hold copies of the dataset, so theirs start anew."""
        loader = self.trainer.train_loader
        if not self._mosaic_off or self._closed_loader is loader:
            return
        self.trainer._close_dataloader_mosaic()
        if loader.num_workers > 0 and hasattr(loader, "reset"):
            loader.reset()
        self._closed_loader = loader

    def _losses(self, items) -> dict:
        """Component name -> value; a dict in newer versions, a tensor beside trainer.loss_names in older ones."""
        if not isinstance(items, dict):
            items = dict(zip(self.trainer.loss_names, items.reshape(-1).tolist()))
        values = {k.replace("_loss", ""): float(v) for k, v in items.items()}
        return {"total": sum(values.values()), **values}

    def _warmup(self):
        trainer = self.trainer
        steps = warmup_steps(trainer)
        if steps <= 0 or self.step > steps:
            return None
        return steps, float(trainer.args.warmup_bias_lr), trainer.lf(trainer.epoch)

    def _plan(self) -> None:
        from .own_rule import needs_own_judge
        from .settings import effective_settings

        trainer = self.trainer
        self._planned_shape = (trainer.epochs, len(trainer.train_loader), trainer.batch_size)
        epochs, batches, batch = self._planned_shape
        rule, own = self._own_rule(), {"ownJudge": True} if needs_own_judge(trainer) else {}
        own.update({"dataset": self._dataset()} if self.script else {})
        self._emit("plan", epochs=epochs, stepsPerEpoch=batches, totalSteps=epochs * batches, batch=batch,
                   task=str(trainer.args.task), images=len(trainer.train_loader.dataset), classes=len(trainer.data["names"]), version=ultralytics.__version__,
                   settings=effective_settings(self.requested, trainer), **({"validation": rule} if rule else {}), **own)

    def _own_rule(self) -> dict:
        """An unknown version may lack the library's internals that are read here: training goes on."""
        from .own_rule import rule_of

        try:
            return rule_of(self.trainer)
        except Exception as error:
            self._emit("log", level="warning", **words("how this Ultralytics validates could not be asked ({0}): checkpoints are judged by the standard rule", said_by(error)["message"]))
            return {}

    def _dataset(self) -> dict:
        """What checkpoints are validated on: no one but the script knows."""
        from .script import write_dataset

        args, data = self.trainer.args, self.trainer.data
        classes = str(args.task) == "classify"  # a folder of images
        file = str(Path(str(args.data)).resolve()) if classes else write_dataset(data, self.run_dir / "trainer")
        return {"data": file, "imgsz": int(args.imgsz), "single_cls": bool(args.single_cls)}

    def _plan_again_if_changed(self) -> None:
        """An out-of-memory halving or `time` changes the plan during training."""
        trainer = self.trainer
        if (trainer.epochs, len(trainer.train_loader), trainer.batch_size) != self._planned_shape:
            self._plan()

    def _take_requests(self) -> None:
        requests = [r for r in self.control.take() if self._answers(r[1])] if self.leader else []
        if self.control.gone:
            self._pending_stop = StopTraining("the run folder is gone, or a later attempt was started")
        for request_id, request, by in self._share(requests):
            ok, answer, applied = self._apply(request, by)
            self._emit("control", id=request_id, requested=request or {"type": "stop"}, ok=ok, step=self.step,
                       **answer, **({"applied": applied} if applied else {}))
            if self.leader:
                self.control.done(request_id)

    def _answers(self, request) -> bool:
        """Beside a script Pitwall's reader of it answers whatever is not ours."""
        return not self.script or bool(request) and request.get("type") in self.accepts

    def _share(self, requests):
        """Every rank follows what rank 0 read, at the same batch."""
        if not self.accepts or int(os.environ.get("WORLD_SIZE", 1)) <= 1 or int(os.environ.get("RANK", -1)) == -1:
            return requests
        import torch.distributed as dist

        box = [requests]
        dist.broadcast_object_list(box, 0)
        return box[0]

    def _apply(self, request, by=None):
        """Returns (ok, what was really done, the LR change if any)."""
        kind = request.get("type") if request else None
        if kind == "lr":
            return self._apply_lr(request, by)
        if kind == "rewind" and self.step == self._from_step:
            return self._apply_rewind(request, by)
        if kind in ("stop", "pause"):
            return self._apply_stop(kind, request)
        if kind == "stop_after_epoch":
            self._leave = "stopped", self.trainer.epoch + 1
            return True, words("stops at the end of epoch {0}", self.trainer.epoch + 1), None
        if kind == "close_mosaic":
            return True, self._apply_close_mosaic(), None
        if kind == "patience":
            self.trainer.stopper.patience = request["value"] or float("inf")
            return True, words("patience is {0}", request["value"]), None
        return False, words("the trainer cannot do {0}", kind), None

    def _apply_lr(self, request, by):
        change, answer = self.rates.change(request, group_names(self.trainer.optimizer.param_groups), self.step, by)
        return change is not None, answer, change

    def _apply_rewind(self, request, by):
        """This attempt began at the checkpoint that the keeper chose; the LR is what is left to do, before the first batch."""
        change, answer = self.rates.rewind(request, group_names(self.trainer.optimizer.param_groups), self.step, by)
        return change is not None, words("rewound to step {0}; {1}", self.step, answer), change

    def _apply_close_mosaic(self) -> dict:
        self._mosaic_off = True
        if self.trainer.train_loader.num_workers > 0:
            return words("mosaic, mixup, cutmix and copy_paste are off from epoch {0} on, when the loader's workers start anew",
                         self.trainer.epoch + 2)
        self._close_mosaic()
        return words("mosaic, mixup, cutmix and copy_paste are off from the next batch on")

    def _apply_stop(self, kind: str, request: dict):
        if kind == "pause":
            epoch = max(self.trainer.epoch + 1, int(request.get("epoch") or 0))
            if self._leave is None or epoch < self._leave[1]:
                self._leave = "paused", epoch
            return True, words("pauses at the end of epoch {0}, when its checkpoint is written", epoch), None
        self.end_reason = "stopped"
        self._pending_stop = StopTraining("asked to stop")
        return True, words("stops at step {0}", self.step), None

    def raise_if_stopped(self) -> None:
        if self._pending_stop is not None:
            raise self._pending_stop

    def _apply_stop_after_epoch(self) -> None:
        epoch = self.trainer.epoch + 1
        if self._leaves_after(epoch) and epoch < self.trainer.epochs:
            self.end_reason = self._leave[0]
            if self.script:  # what comes after its training is the script's
                self.trainer.stop = True
                return
            raise StopTraining(f"asked to end as {self.end_reason} after this epoch")

    def _leaves_after(self, epoch: int) -> bool:
        return self._leave is not None and epoch >= self._leave[1]

    def _replay_changes(self) -> None:
        """Changes made before a resume are made again, each from its own step on: a change at steps that are now repeated
        applies when they come."""
        for event in read_events(self.run_dir):
            if event.get("type") != "control" or not event.get("ok"):
                continue
            if event.get("applied"):
                self.rates.changes.append(event["applied"])
            self._mosaic_off |= (event.get("requested") or {}).get("type") == "close_mosaic"


class StopTraining(Exception):
    """Leaves Ultralytics' loop at once: without its final evaluation, as a user who presses Stop expects."""


def warmup_steps(trainer) -> int:
    """Ultralytics' own count if the version has it as a method, else the rule of versions before 8.4.103."""
    batches = len(trainer.train_loader)
    if hasattr(trainer, "_get_warmup_iterations"):
        return trainer._get_warmup_iterations(batches)
    epochs = trainer.args.warmup_epochs
    return max(round(epochs * batches), 100) if epochs > 0 else -1
