# SPDX-License-Identifier: AGPL-3.0-only
"""What a training computes with: two runs that differ in nothing else may differ by it."""

import re
from pathlib import Path

# Written by NVIDIA's kernel module: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu ...". Linux only.
DRIVER_FILE = "/proc/driver/nvidia/version"


def versions_of(device) -> dict:
    """Versions of torch and, on an NVIDIA card, of its CUDA and of the driver, if that can be read."""
    import torch

    if device.type != "cuda":
        return {"torch": torch.__version__}
    return {"torch": torch.__version__, "cuda": str(torch.version.cuda), **driver_of(DRIVER_FILE)}


def driver_of(file: str) -> dict:
    try:
        found = re.search(r"Kernel Module\D*(\d+\.[\d.]*\d)", Path(file).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return {}
    return {"driver": found.group(1)} if found else {}
