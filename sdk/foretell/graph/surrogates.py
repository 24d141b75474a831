"""Whether all text in a JSON value is Unicode.

JSON can spell halves of surrogate pairs (`"\\ud800"`), and Python's text can hold them: file names and
arguments of programs that are no UTF-8 become such text. No UTF-8 can carry them, so they would fail
wherever they are stored, sent or shown; borders refuse them.
"""

from __future__ import annotations

import json
from typing import Any


def is_unicode(value: Any) -> bool:
    """Whether UTF-8 can carry all text in `value`. What is no JSON at all is for others to refuse."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    except (TypeError, ValueError, RecursionError):
        return True
    return True
