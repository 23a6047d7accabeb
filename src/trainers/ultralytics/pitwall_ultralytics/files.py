# SPDX-License-Identifier: AGPL-3.0-only
"""The one door to files of a run folder: regular ones only, and no link between the folder and the file is followed."""

import errno
import os
import stat
import time
from contextlib import contextmanager
from pathlib import Path

from .words import RefusedFile, words

# In place of paths: what is opened is this folder and no other, whatever takes its name meanwhile. Linux only.
HANDLES = Path("/proc/self/fd")


def open_regular(path: Path, run_dir: Path = None):
    """Opens a file to read its bytes. Below `run_dir` no folder may be a link either. Raises OSError, one line."""
    with open_folder(path.parent, path.parent if run_dir is None or run_dir not in path.parents else run_dir) as folder:
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(folder / path.name, flags)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return os.fdopen(handle, "rb")
    os.close(handle)
    raise RefusedFile(words("{0}: a regular file was expected", path))


def read_regular(path: Path, run_dir: Path = None) -> str:
    with open_regular(path, run_dir) as file:
        return file.read().decode("utf-8", errors="replace")


def require_regular(path: Path) -> Path:
    """For a library that opens by name."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise RefusedFile(words("{0}: a regular file was expected", path))
    return path


def replace(source: Path, target: Path, patience_s: float = 60.0) -> None:
    """os.replace; Windows refuses what a virus scanner or an indexer has open at that moment: tried again as VS Code does."""
    until = time.monotonic() + patience_s
    while True:
        try:
            os.replace(source, target)
            return
        except PermissionError:
            if os.name != "nt" or time.monotonic() >= until:
                raise
            time.sleep(0.1)


@contextmanager
def open_folder(folder: Path, root: Path, make: bool = False):
    """The folder, which is `root` or below it, as a path that stays this folder. `root` may be a link, what is below it may not."""
    shown, handle = root, HANDLES.is_dir() and os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in folder.relative_to(root).parts:
            shown = shown / part
            here = HANDLES / str(handle) / part if handle else shown
            if make:
                here.mkdir(exist_ok=True)
            refuse_link(here, shown)
            handle = enter(here, shown, handle) if handle else handle
        yield HANDLES / str(handle) if handle else folder
    finally:
        if handle:
            os.close(handle)


def enter(here: Path, shown: Path, outer: int) -> int:
    try:
        inner = os.open(here, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise link_error(shown) from error
        raise
    os.close(outer)
    return inner


def refuse_link(here: Path, shown: Path) -> None:
    if here.is_symlink():
        raise link_error(shown)


def link_error(shown: Path) -> OSError:
    return RefusedFile(words("{0}: is a link, and links in a run folder are not followed", shown))
