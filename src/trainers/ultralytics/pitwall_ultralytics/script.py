# SPDX-License-Identifier: AGPL-3.0-only
"""A user's own script that calls `YOLO(...).train(...)`, watched without being edited (hook/sitecustomize.py). It trains,
validates and ends as it does without Pitwall; its steps, LR and checkpoints go to the run, and LR changes are followed."""

import functools
import json
import os
import sys
from pathlib import Path

from .words import said_by, words

LONGEST = 300  # of a cause; the rest is in the output
SAID_ONLY_ONCE = words("this script trains more than once: the run shows its first training only")


def watch(model_class) -> None:
    """`train` of the library's model class, with the trainer that it would take as one that Pitwall watches."""
    train = model_class.train

    @functools.wraps(train)
    def watched(self, trainer=None, **arguments):
        if not begins(arguments):
            return train(self, trainer=trainer, **arguments)
        return run(self, train, trainer, arguments)

    model_class.train = watched


def begins(arguments: dict) -> bool:
    """Whether this training is the run's. Of ranks that a launcher started the first alone is watched."""
    if int(os.environ.get("RANK", -1)) > 0:
        return False
    if isinstance(arguments.get("data"), (list, tuple)):
        return refuse(words("this script trains on several datasets in a row: none of these trainings is shown"))
    try:
        os.close(os.open(claim(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)))
        return True
    except FileExistsError:
        return refuse(SAID_ONLY_ONCE)


def claim() -> Path:
    return Path(os.environ["PITWALL_RUN_DIR"]) / "trainer" / f"watched-{os.environ.get('PITWALL_ATTEMPT', '1')}"


def refuse(why: dict) -> bool:
    tell("log", level="warning", **why)
    return False


def tell(kind: str, **fields) -> None:
    from .events import EventLog

    EventLog(Path(os.environ["PITWALL_RUNNER_LOG"])).write(kind, **fields)


def run(model, train, trainer, arguments: dict):
    from .session import StopTraining
    from .trainers import pitwalled

    os.environ["PITWALL_OPTIONS"] = json.dumps({
        "attempt": int(os.environ.get("PITWALL_ATTEMPT", 1)), "in_loop_every": 1, "warmup_shape": "linear",
        "requested": {}, "script": os.environ["PITWALL_RUNNER_LOG"],
        # Ranks that something else started are not all watched: none waits for what another was asked.
        "answers": "RANK" not in os.environ,
    })
    try:
        result = train(model, trainer=pitwalled(trainer or model._smart_load("trainer")), **arguments)
    except StopTraining as error:
        finish(model)
        sys.exit(str(error))
    except BaseException as error:
        finish(model, error)
        raise
    finish(model)
    return result


def finish(model, error=None) -> None:
    session = getattr(getattr(model, "trainer", None), "pitwall", None)
    if session is not None:
        session.finish(error)
    elif isinstance(error, Exception):
        never_began(error)


def never_began(error: Exception) -> None:
    """No dataset, no such device: the cause is the run's, unless the script tries again with something else."""
    claim().unlink()
    message = said_by(error)["message"]
    tell("end", reason="failed", step=0, message=message if len(message) <= LONGEST else f"{message[:LONGEST]} ...")


def write_dataset(data: dict, folder: Path) -> str:
    """The dataset as the trainer has resolved it, in the run: YAML in its JSON form."""
    kept = {k: str(v) if isinstance(v, Path) else v for k, v in data.items()}
    plain = {k: v for k, v in kept.items() if k in ("path", "train", "val", "test", "names", "nc", "kpt_shape", "flip_idx", "channels")}
    for split in ("train", "val", "test"):
        if isinstance(data.get(split), (list, tuple)):
            plain[split] = [str(path) for path in data[split]]
    file = folder / "data.yaml"
    file.write_text(json.dumps(plain, default=str), encoding="utf-8")
    return str(file)
