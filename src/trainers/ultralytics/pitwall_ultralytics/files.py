# SPDX-License-Identifier: AGPL-3.0-only
"""The one door to files of a run folder: regular ones only, and no link between the folder and the file is followed."""

import os
import stat
from pathlib import Path


def open_regular(path: Path, run_dir: Path = None):
    """Opens a file to read its bytes. Below `run_dir` no folder may be a link either. Raises OSError, one line."""
    for folder in folders_between(path, run_dir):
        refuse_link(folder)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise OSError(f"{path}: a regular file was expected")


def read_regular(path: Path, run_dir: Path = None) -> str:
    with open_regular(path, run_dir) as file:
        return file.read().decode("utf-8", errors="replace")


def require_regular(path: Path) -> Path:
    """For a library that opens by name."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(f"{path}: a regular file was expected")
    return path


def refuse_link(folder: Path) -> None:
    if folder.is_symlink():
        raise OSError(f"{folder}: is a link, and links in a run folder are not followed")


def folders_between(path: Path, run_dir) -> list:
    if run_dir is None or run_dir not in path.parents:
        return []
    parts = path.relative_to(run_dir).parts[:-1]
    return [run_dir.joinpath(*parts[: count + 1]) for count in range(len(parts))]
