# SPDX-License-Identifier: AGPL-3.0-only
"""A process that stays warm and answers requests until stdin closes: a channel (src/protocol/channel.ts) over lines of JSON.

It says hello once it can serve, then the event `ready` with its packages: {"ultralytics", "torch", "cuda", "gpus", "onnx"}; or the
event `refused` with the reason, and ends. Requests are answered in their order.
"""

import importlib.util
import json
import os
import sys
import time

from .events import plain
from .words import said_by, words

PROTOCOL_VERSION = 1


def serve_lines(method: str, handle) -> int:
    """`handle(params) -> dict` answers a request of this method; what it raises is the request's error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Ultralytics prints must not mix with the answers
    lower_priority()
    try:
        import torch
        import ultralytics
    except Exception as error:  # a broken installation fails with anything, not only with ImportError
        said = words("{0} cannot import ultralytics: {1}", sys.executable, said_by(error)["message"])
        send(out, kind="event", name="refused", value=said)
        return 1
    send(out, kind="hello", version=PROTOCOL_VERSION)
    cuda = torch.cuda.is_available()
    send(out, kind="event", name="ready", value={
        "ultralytics": ultralytics.__version__, "torch": torch.__version__, "cuda": cuda,
        "gpus": torch.cuda.device_count() if cuda else 0, "onnx": importlib.util.find_spec("onnx") is not None})
    for line in sys.stdin:
        message = json.loads(line)
        if message["kind"] == "request":
            send(out, id=message["id"], **answer(method, handle, message))
    return 0


def answer(method: str, handle, message: dict) -> dict:
    started = time.perf_counter()
    try:
        if message["method"] != method:
            raise ValueError(f"no handler for {message['method']}")
        value = handle(message["params"])
        return {"kind": "result", "value": {**value, "seconds": round(time.perf_counter() - started, 3)}}
    except Exception as error:
        return {"kind": "error", **said_by(error)}


def lower_priority() -> None:
    """Training comes first: ten levels below it, as the validator, and one thread fewer than there are cores."""
    if hasattr(os, "nice"):
        os.nice(10)
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))


def send(out, **message) -> None:
    out.write(json.dumps(plain(message)) + "\n")
    out.flush()
