"""What a caller gives in place of initialization code: rules, a list of tensors, or both."""

from __future__ import annotations

import json
import os
import reprlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn

import torch

from glorand._initializer import Initializer
from glorand.torch._record import Recording

# Patterns and what the tensors get whose names match: an initializer, its text, or "skip". Or a list: JSON that
# glorand-init(1) describes, as text, as an object, in a file, or of what has a method to_json.
Pair = tuple[str, str | Initializer]
Rules = Mapping[str, str | Initializer] | Iterable[Pair] | str | os.PathLike[str] | Mapping[str, Any]


class Given(NamedTuple):
    """Rules and a list, as the library reads them."""

    rules: list[tuple[str, str]]  # pattern and text
    list: str | None  # JSON
    # Of a recording, whose list leaves these out: values that are copied, and why others cannot be recorded.
    values: Mapping[str, torch.Tensor] = MappingProxyType({})
    unrecordable: Mapping[str, str] = MappingProxyType({})


def _is_list(rules: object) -> bool:
    if isinstance(rules, Mapping):  # in which "tensors" might be a pattern
        return "tensors" in rules and not isinstance(rules["tensors"], (str, Initializer))
    return isinstance(rules, (str, os.PathLike)) or _has_list(rules)


def _has_list(source: object) -> bool:
    """Whether an object gives its list; the JSON of an initializer is none."""
    return hasattr(source, "to_json") and not isinstance(source, Initializer)


def _no_json(value: object) -> NoReturn:
    hint = "; tolist() makes one" if hasattr(value, "tolist") else ""
    raise TypeError(f"tensors: numbers, texts, lists and mappings are needed, not {type(value).__name__}{hint}")


def _text_of_file(path: str | os.PathLike[str]) -> str:
    """The text of a file. Errors: OSError, with a hint where somebody may have meant a law; UnicodeDecodeError."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError as error:
        hint = f'; a law for all tensors is a rule: {{"*": {path!r}}}'
        is_file = os.path.basename(path) != path or "." in os.fspath(path)
        raise FileNotFoundError(error.errno, f"{error.strerror}{'' if is_file else hint}", path) from None


def _list_text(source: Any) -> str:
    """The JSON of a list. Errors: OSError, UnicodeDecodeError, TypeError."""
    if isinstance(source, Mapping):
        return json.dumps(source, default=_no_json)
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith("{"):
        return source
    if isinstance(source, (str, os.PathLike)):
        return _text_of_file(source)
    if not _has_list(source):
        raise TypeError(f"tensors: JSON, a path or an object is needed, not {reprlib.repr(source)}")
    return str(source.to_json())


def _rule(pattern: object, what: object) -> tuple[str, str]:
    if not isinstance(pattern, str) or not isinstance(what, (str, Initializer)):
        why = f"rules: a pattern and an Initializer or its text are needed, not {pattern!r} and {reprlib.repr(what)}"
        raise TypeError(why)
    return pattern, str(what)


def _pairs(rules: Any) -> list[tuple[str, str]]:
    try:
        pairs = [(pattern, what) for pattern, what in (rules.items() if isinstance(rules, Mapping) else rules)]
    except (TypeError, ValueError):
        raise TypeError(f"rules: a mapping, pairs or a list of tensors is needed, not {reprlib.repr(rules)}") from None
    return [_rule(pattern, what) for pattern, what in pairs]


def given_of(rules: Rules | None, tensors: Any = None) -> Given:
    """Rules and list of what the caller gave. Errors: TypeError, and OSError for a file that cannot be read."""
    if rules is None or _is_list(rules):
        if rules is not None and tensors is not None:
            raise TypeError("rules, tensors: two lists of tensors")
        rules, tensors = (), (tensors if rules is None else rules)
    if isinstance(tensors, Recording):
        return Given(_pairs(rules), *tensors.for_init())
    return Given(_pairs(rules), None if tensors is None else _list_text(tensors))


def says_layout(text: str | None) -> bool:
    """Whether a list names a layout for all tensors. What is wrong with it, the library will say."""
    try:
        document = json.loads((text or "null").lstrip("\ufeff"))
    except ValueError:
        return False
    return isinstance(document, dict) and document.get("layout") is not None
