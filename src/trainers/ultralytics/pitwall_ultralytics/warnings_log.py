# SPDX-License-Identifier: AGPL-3.0-only
"""Ultralytics' warnings (NaN recovery, out of memory, ignored arguments) as `log` events, each line once."""

import logging
import re

MOST = 200
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PREFIX = re.compile(r"^WARNING\W*")


def tell_warnings(emit) -> None:
    """`emit(kind, **fields)` writes an event."""
    from ultralytics.utils import LOGGER

    LOGGER.addHandler(WarningEvents(emit))


class WarningEvents(logging.Handler):
    def __init__(self, emit):
        super().__init__(logging.WARNING)
        self._emit = emit
        self._logged = set()

    def emit(self, record: logging.LogRecord) -> None:
        message = " ".join(_PREFIX.sub("", _ANSI.sub("", record.getMessage())).split())
        if not message or message in self._logged or len(self._logged) >= MOST:
            return
        self._logged.add(message)
        self._emit("log", level="error" if record.levelno >= logging.ERROR else "warning", message=message)
