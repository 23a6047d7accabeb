# SPDX-License-Identifier: AGPL-3.0-only
"""How this version of Ultralytics validates in training, read from the trainer itself after its set-up: its resolved
arguments (max_det may have been raised) and what its code does with them. Pitwall's validator then does the same."""

# Two labels and two detections: the second detection overlaps the first label most, which the first detection takes.
SECOND_CHOICE = [[0.9, 0.8], [0.0, 0.6]]
# AP of one detection that finds one of two labels: .5 if the curve falls at the last recall, .75 if it slopes to 1.
SLOPED_AP = 0.6


def rule_of(trainer) -> dict:
    """The rule as an event holds it; empty if this task is judged by something else."""
    validator = trainer.validator
    if str(trainer.args.task) == "classify":
        return rule_of_classes(trainer)
    if getattr(validator, "iouv", None) is None:
        return {}
    args = validator.args
    dataset = trainer.test_loader.dataset
    return {
        "conf": float(args.conf), "iou": float(args.iou), "max_det": int(args.max_det),
        "single_cls": bool(args.single_cls), "agnostic": bool(getattr(args, "agnostic_nms", False)),
        "classes": class_list(getattr(args, "classes", None)), "split": str(args.split),
        "fraction": float(getattr(dataset, "fraction", 1.0)), "batch": int(trainer.test_loader.batch_size),
        "rect": bool(getattr(dataset, "rect", True)), "matching": matching(validator), "tail": tail(),
        "nms": getattr(args, "nms", None),
    }


def rule_of_classes(trainer) -> dict:
    """A class is right or wrong: only the images count. What decides about boxes has its usual value."""
    boxes = {"conf": 0.001, "iou": 0.7, "max_det": 300, "agnostic": False, "classes": None, "matching": "greedy", "tail": "drop", "nms": None}
    return {**boxes, "split": str(trainer.args.split), "fraction": float(split_fraction(trainer.args)), "rect": False,
            "batch": int(trainer.test_loader.batch_size), "single_cls": bool(trainer.args.single_cls)}


def split_fraction(args):
    """Of the images that are validated on; a single `fraction` is that of training."""
    try:
        from ultralytics.data.utils import get_split_fraction
    except ImportError:  # an older version
        return 1.0
    return get_split_fraction(args.fraction, str(args.split))


def needs_own_judge(trainer) -> bool:
    """A detector that is not judged as YOLO is: RT-DETR stretches images and has a head of its own."""
    from ultralytics.models.yolo.detect import DetectionValidator

    return trainer.args.task == "detect" and type(trainer.validator) is not DetectionValidator


def class_list(value):
    """`classes` as a list; None means all."""
    if value is None:
        return None
    return [int(v) for v in (value if isinstance(value, (list, tuple)) else [value])]


def matching(validator) -> str:
    """Whether a detection has a second choice if the label that it overlaps most is taken (see match.ts)."""
    import torch

    same = torch.zeros(2)
    return "greedy" if bool(validator.match_predictions(same, same, torch.tensor(SECOND_CHOICE))[1, 0]) else "best-label"


def tail() -> str:
    """How the precision curve ends beyond the last recall."""
    from ultralytics.utils.metrics import compute_ap

    return "slope" if float(compute_ap([0.5], [1.0])[0]) > SLOPED_AP else "drop"
