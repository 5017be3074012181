"""Lines of JSON in, lines of JSON out, in order, in flat memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from classifiers.cascade import Cascade
from domain.assessment import Assessment

MAX_LINE = 4 * 1024 * 1024
_CHUNK = 64 * 1024


class _Refused(ValueError):
    """A line that is no request; the message is what the caller reads."""


def score_lines(source: BinaryIO, sink: BinaryIO, cascade: Cascade) -> None:
    """One answer a line for each line of ``source``: a score, or what was wrong with the line.

    A request is an object with ``text`` and, if it likes, ``id``, ``lang`` and ``title``. Answers
    are written as soon as they are made, so that a slow writer sees each at once. An empty line
    is answered like any other that is no JSON. Raises BrokenPipeError when nobody reads any more.
    """
    for number, line in _lines(source):
        answer = _answer(line, number, cascade)
        text = json.dumps(answer, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        sink.write(text.encode("utf-8", "backslashreplace") + b"\n")
        sink.flush()


def _lines(source: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines without their end; None stands for one longer than MAX_LINE."""
    number = 0
    while piece := source.readline(MAX_LINE + 1):
        number += 1
        if len(piece) <= MAX_LINE or piece.endswith(b"\n"):
            yield number, piece
            continue
        while (rest := source.readline(_CHUNK)) and not rest.endswith(b"\n"):
            pass
        yield number, None


def _answer(line: bytes | None, number: int, cascade: Cascade) -> dict[str, Any]:
    known: dict[str, Any] = {}
    try:
        request = _parsed(line)
        if "id" in request:
            known["id"] = _sendable(request["id"])
        text, lang, title = (_string(request, key) for key in ("text", "lang", "title"))
        if "text" not in request:
            raise _Refused("there is no text")
    except _Refused as error:
        return {"error": str(error), "line": number, **known}
    return {"id": known.get("id"), **as_json(cascade.assess(text, title=title, lang=lang))}


def _parsed(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise _Refused(f"the line is longer than {MAX_LINE} bytes")
    try:
        decoded = line.decode("utf-8-sig")
        request = json.loads(decoded, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _Refused(f"not UTF-8: byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _Refused(f"not JSON: {error.msg} at character {error.pos}") from error
    except (RecursionError, ValueError) as error:
        raise _Refused(f"not JSON: {error}") from error
    if not isinstance(request, dict):
        raise _Refused("not a JSON object")
    return request


def _no_constant(name: str) -> None:
    raise _Refused(f"not JSON: {name} is no number")


def _string(request: dict[str, Any], key: str) -> str:
    value = request.get(key, "")
    if value is None and key != "text":
        return ""
    if not isinstance(value, str):
        raise _Refused(f"{key} is not a string")
    if not _is_unicode(value):
        raise _Refused(f"{key} has a lone surrogate")
    return value


def _is_unicode(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _sendable(value: Any) -> Any:
    """An id as it came, if it can be written back."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    except ValueError as error:
        raise _Refused("id cannot be written as JSON") from error
    return value


def as_json(one: Assessment) -> dict[str, Any]:
    """An assessment as the fields of an answer."""
    return {
        "score": one.probability,
        "label": one.label.value,
        "lang": one.lang,
        "languages": asdict(one.languages) | {"shares": dict(one.languages.shares)},
        "spans": [
            {"start": s.start, "end": s.end, "kind": s.kind, "weight": s.weight, "note": s.note}
            for s in one.spans
        ],
        "role": one.role.value,
        "substances": list(one.substances),
        "regions": list(one.regions),
        "indicators": [{"kind": i.kind, "value": i.value} for i in one.indicators],
        "prices": [
            {"amount": p.amount, "currency": p.currency, "unit": p.unit} for p in one.prices
        ],
        "restricted": one.restricted,
        "stage": one.stage,
        "model": one.model,
    }
