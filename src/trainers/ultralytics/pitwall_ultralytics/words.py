# SPDX-License-Identifier: AGPL-3.0-only
"""Sentences with their values: in English for readers of the file, and in parts for readers of other languages."""


def words(template: str, *parts) -> dict:
    """The fields of an event: `message`, and `said`, a template with {0}, {1} ... and its parts. A part may be words itself."""
    shown = [part["message"] if isinstance(part, dict) else str(part) for part in parts]
    message = template
    for i, part in enumerate(shown):
        message = message.replace("{%d}" % i, part)
    said = {"template": template, "parts": [part["said"] if isinstance(part, dict) else str(part) for part in parts]}
    return {"message": message, "said": said}


class WordedError(Exception):
    """An error of our own: what it says can be translated, wherever it is shown. Raised with what `words` returns."""

    def __init__(self, fields: dict):
        super().__init__(fields["message"])
        self.fields = fields


class RefusedFile(WordedError, OSError):
    """A file that is not opened."""


def said_by(error: BaseException) -> dict:
    """What an error says; the words of the system and of other programs stay as they are, on one line."""
    if isinstance(error, WordedError):
        return error.fields
    return {"message": " ".join(f"{type(error).__name__}: {error}".split())}
