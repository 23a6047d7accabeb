# SPDX-License-Identifier: AGPL-3.0-only
"""A process that stays warm: one JSON line in is one request, one JSON line out its answer, in that order, until stdin closes.

The first line out lists the packages: {"ready", "ultralytics", "torch", "cuda", "gpus", "onnx"}, or {"error"} and the end.
"""

import importlib.util
import json
import os
import sys
import time


def serve_lines(handle) -> int:
    """`handle(request) -> dict` answers one request, without its `id`; what it raises is the request's error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Ultralytics prints must not mix with the answers
    lower_priority()
    try:
        import torch
        import ultralytics
    except Exception as error:  # a broken installation fails with anything, not only with ImportError
        answer(answers, {"error": f"{sys.executable} cannot import ultralytics: {one_line(error)}"})
        return 1
    cuda = torch.cuda.is_available()
    answer(answers, {"ready": True, "ultralytics": ultralytics.__version__, "torch": torch.__version__, "cuda": cuda,
                     "gpus": torch.cuda.device_count() if cuda else 0, "onnx": importlib.util.find_spec("onnx") is not None})
    for line in sys.stdin:
        request = json.loads(line)
        answer(answers, {"id": request["id"], **attempt(handle, request)})
    return 0


def attempt(handle, request: dict) -> dict:
    started = time.perf_counter()
    try:
        return {**handle(request), "seconds": round(time.perf_counter() - started, 3)}
    except Exception as error:
        return {"error": one_line(error)}


def one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def lower_priority() -> None:
    """Training comes first: ten levels below it, as the validator, and one thread fewer than there are cores."""
    if hasattr(os, "nice"):
        os.nice(10)
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))


def answer(stream, value: dict) -> None:
    stream.write(json.dumps(value) + "\n")
    stream.flush()
