"""What the installed Ultralytics makes of checkpoints by its own `val`. Usage: own_numbers.py < LINES, one JSON object a line:
{"pt", "task", "options"}; one line out for each: {"numbers": {name: value}} under Ultralytics' own names, or {"error"}."""

import json
import os
import sys
import tempfile

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what the library prints must not mix with the answers
FIXED = {"plots": False, "device": "cpu", "workers": 0, "verbose": False, "exist_ok": True}


def numbers(pt, options):
    from ultralytics import RTDETR, YOLO

    model = YOLO(pt)
    if type(model.model).__name__.startswith("RTDETR"):
        model = RTDETR(pt)
    with tempfile.TemporaryDirectory() as folder:
        metrics = model.val(project=folder, **FIXED, **options)
    return {k: float(v) for k, v in metrics.results_dict.items()}


for line in sys.stdin:
    asked = json.loads(line)
    try:
        answer = {"numbers": numbers(asked["pt"], asked["options"])}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    answers.write(json.dumps(answer) + "\n")
    answers.flush()
