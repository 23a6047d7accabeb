# SPDX-License-Identifier: AGPL-3.0-only
"""Requests in control/trainer/: read at batch boundaries, removed when answered."""

import json
import time
from pathlib import Path

from .files import read_regular

POLL_SECONDS = 0.1


class ControlFolder:
    """Polls at most ten times a second: a directory listing per batch would slow down training on network file systems."""

    def __init__(self, run_dir: Path, attempt: int):
        self._attempt = attempt
        self._folder = run_dir / "control" / "trainer"
        self._next_look = 0.0
        self._run_file = run_dir / "run.json"
        self.gone = False  # the run folder was deleted, or a later attempt started: nothing is written to it any more

    def take(self):
        """New requests as (id, request, sender), oldest first; a file that is not a request comes as (id, None, None)."""
        now = time.monotonic()
        if now < self._next_look:
            return []
        self._next_look = now + POLL_SECONDS
        self.gone = not self._run_file.exists() or self._is_replaced()
        return self._requests()

    def rewind(self):
        """What the keeper decided before it started this attempt, or None. It stays there until it is answered."""
        return next((request for _, request, _ in self._requests() if request and request.get("type") == "rewind"), None)

    def _requests(self):
        # The target of a link is not a request, and nothing there is removed.
        if self._folder.is_symlink() or self._folder.parent.is_symlink() or not self._folder.is_dir():
            return []
        return [self._read(path) for path in sorted(self._folder.glob("*.json"), key=lambda p: p.lstat().st_mtime)]

    def _is_replaced(self) -> bool:
        """attempt.N is there once attempt N was started, perhaps on another machine."""
        attempts = (path.suffix[1:] for path in self._folder.glob("attempt.*"))
        return any(int(n) > self._attempt for n in attempts if n.isdigit())

    def done(self, request_id: str) -> None:
        (self._folder / f"{request_id}.json").unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path):
        try:
            file = json.loads(read_regular(path))
            request = file["request"]
            return (path.stem, request, str(file.get("from", ""))) if isinstance(request, dict) else (path.stem, None, None)
        except (ValueError, KeyError, TypeError, OSError):
            return path.stem, None, None
