# SPDX-License-Identifier: AGPL-3.0-only
"""python -m pitwall_ultralytics RUN_DIR --attempt N: trains the experiment of a run folder with Ultralytics."""

import argparse
import json
import os
import sys
from pathlib import Path

from .files import read_regular
from .words import said_by, words

# Epochs between validations that no run has: only its last epoch is validated.
ONLY_THE_LAST = 10**9


def main() -> int:
    parser = argparse.ArgumentParser(prog="pitwall_ultralytics")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--attempt", type=int, default=1)
    options = parser.parse_args()
    run_dir = options.run_dir.resolve()
    experiment = json.loads(read_regular(run_dir / "run.json"))["experiment"]["resolved"]
    try:
        from ultralytics import YOLO
    except Exception as error:  # a broken installation fails with anything: a missing library is an OSError
        return fail(run_dir, words("{0} cannot import ultralytics ({1})", sys.executable, said_by(error)["message"]))
    return train(YOLO, run_dir, experiment, options.attempt)


def train(yolo, run_dir: Path, experiment: dict, attempt: int) -> int:
    from . import checkpoints
    from .session import StopTraining
    from ultralytics.utils import DEFAULT_CFG_DICT

    from .settings import requested, train_arguments

    lr_range = experiment["schedule"].get("lr_range")  # a range test is looked at by its losses alone
    in_loop = 0 if lr_range else in_loop_every(experiment)
    arguments = train_arguments(experiment, run_dir, DEFAULT_CFG_DICT, in_loop > 0)
    os.environ["PITWALL_RUN_DIR"] = str(run_dir)
    os.environ["PITWALL_OPTIONS"] = json.dumps({
        "attempt": attempt, "in_loop_every": in_loop,
        "checkpoint_every": experiment["checkpoints"]["every"],
        "warmup_shape": experiment["schedule"]["warmup_shape"],
        "lr_range": lr_range, "requested": requested(experiment),
    }, default=str)
    # Of the run itself, else of a training that was begun elsewhere: the library judges what can be gone on from.
    resume_from = (last_checkpoint(run_dir, attempt) if attempt > 1 else None) or experiment["passthrough"].get("resume")
    start = resume_from if isinstance(resume_from, (str, Path)) else experiment["model"]
    try:
        model = open_model(yolo, str(start))
    except Exception as error:
        return fail(run_dir, words("{0}: {1}", f"model {start}", " ".join(str(error).split())))
    if resume_from:
        arguments["resume"] = resume_from if resume_from is True else str(resume_from)
    from .trainers import pitwalled

    try:
        trainer_class = pitwalled(model._smart_load("trainer"))
    except Exception as error:
        return fail(run_dir, words("model {0}: cannot be trained ({1})", experiment["model"], " ".join(str(error).split())))
    try:
        model.train(trainer=trainer_class, **arguments)
    except StopTraining:
        return finish(model, 0)
    except BaseException as error:
        finish(model, 1, error, run_dir)
        raise
    return finish(model, 0)


def open_model(yolo, name: str):
    """By the library's class for it: YOLO recognizes most models itself, but an RT-DETR given as YAML has its own class."""
    if Path(name).suffix in (".yaml", ".yml") and "rtdetr" in Path(name).stem:
        from ultralytics import RTDETR

        return RTDETR(name)
    return yolo(name)


def in_loop_every(experiment: dict) -> int:
    """Epochs between validations in Ultralytics' own loop, 0 for none: as set, else only if nothing else validates. The
    last epoch is validated if any is, and is the only one that `val: false` leaves to Ultralytics."""
    validation = experiment["validation"]
    val = experiment["passthrough"].get("val")
    if validation.get("in_loop"):
        return validation["in_loop"]
    if val is False:
        return 0 if validation["enabled"] else ONLY_THE_LAST
    return int(val is True or not validation["enabled"])


def last_checkpoint(run_dir: Path, attempt: int):
    """The checkpoint that a resume continues from. Ultralytics' own last one becomes a checkpoint of the run first, if it is
    newer; not if the run goes back to before it."""
    from . import checkpoints
    from .control import ControlFolder
    from .events import EVENTS, EventLog, announced, epochs_done

    rewind = ControlFolder(run_dir, attempt).rewind()
    if rewind:
        go_back(run_dir, int(rewind.get("epoch", 0)))
    else:
        left = [checkpoints.unannounced(run_dir, announced(run_dir)), checkpoints.rescue(run_dir, epochs_done(run_dir))]
        for checkpoint in filter(None, left):
            EventLog(run_dir / EVENTS).write("checkpoint", **checkpoint)
    newest = checkpoints.newest(run_dir)
    return newest and newest[1]


def go_back(run_dir: Path, epoch: int) -> None:
    """No checkpoint of a later epoch is left; that of `epoch` is the newest, or training begins again."""
    from . import checkpoints
    from .events import EVENTS, EventLog

    log = EventLog(run_dir / EVENTS)
    dropped = checkpoints.drop_after(run_dir, epoch)
    if dropped:
        log.write("log", level="info", **words("rewind to epoch {0}: {1} removed", epoch, ", ".join(dropped)))
    if epoch > 0 and checkpoints.newest(run_dir) is None:
        log.write("log", level="warning", **words("no whole checkpoint was found: training begins again"))


def finish(model, code: int, error=None, run_dir=None) -> int:
    session = getattr(getattr(model, "trainer", None), "pitwall", None)
    if session is not None and session.leader:
        session.finish(error)
    elif error is not None and run_dir is not None:
        fail(run_dir, said_by(error))
    return code


def fail(run_dir: Path, said: dict) -> int:
    from .events import EVENTS, EventLog

    EventLog(run_dir / EVENTS).write("end", reason="failed", step=0, **said)
    print(said["message"], file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
