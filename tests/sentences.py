"""The sentences that pages and letters say, as translators get them: read from the sources as `make sentences` does."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).parent.parent
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "to_say": None}


@cache
def sentences() -> list[Any]:
    """Every message of the house, each once."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["babel"]["mappings"]
    methods, options = list[tuple[str, str]](), dict[str, Any]()
    for one in told:
        for pattern in [one["pattern"]] if isinstance(one["pattern"], str) else one["pattern"]:
            methods.append((pattern, one["method"]))
            options[pattern] = {name: value for name, value in one.items() if name not in ("pattern", "method")}
    catalogue = Catalog()
    for folder in ("supportgroup", "templates"):
        found = extract_from_dir(ROOT / folder, methods, options, KEYWORDS)
        for _file, _line, message, _comments, context in found:
            catalogue.add(message, context=context)
    return [message for message in catalogue if message.id]
