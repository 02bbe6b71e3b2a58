"""For the reference: docstrings as the reader of numpydoc expects them; types are in the signatures."""

from __future__ import annotations

import re
from textwrap import indent
from typing import Any

from griffe import Extension, Function, Object

FIELD = re.compile(r"^(\w+(?:, \w+)*) : (?=\S)", re.MULTILINE)
RETURNS = re.compile(r"^(Returns\n-+\n)((?:.+\n?)+)", re.MULTILINE)


class Descriptions(Extension):
    """Puts what follows ``name :``, and what is returned, where a description is read and not a type."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        """Of every function and class, once it is read."""
        if obj.docstring is None or "\n---" not in obj.docstring.value:
            return
        text = FIELD.sub(r"\1\n    ", obj.docstring.value)
        if isinstance(obj, Function):
            text = RETURNS.sub(lambda found: f"{found[1]}{obj.returns}\n{indent(found[2], '    ')}", text)
        obj.docstring.value = text
