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
