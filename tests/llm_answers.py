"""What the loopback servers' model says: always the same about the same text, in the schema that was asked for."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

PROSE: Final = "The company sells its products in many markets, and that is all I have to say about it."
_BEFORE, _AFTER = "The passage:\n", "\n\nEnd of the passage."
_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")
_LONGEST: Final = 600  # characters of a summary


def passage_of(message: str) -> str | None:
    """The passage in a user's message; None where there is none, as in a canary's."""
    start, end = message.find(_BEFORE), message.rfind(_AFTER)
    return message[start + len(_BEFORE) : end] if 0 <= start < end else None


def answer_about(text: str) -> dict[str, str]:
    """Grounded: both fields repeat what the text says, whole words and figures."""
    said = " ".join(_SENTENCE.split(text[:4000])[:2]).replace("\n", " ").strip()
    if len(said) > _LONGEST:
        said = f"{said[:_LONGEST].rpartition(' ')[0]}."
    if len(set(re.findall(r"\w+", said.lower()))) < 5:
        said = f"The passage says in its own words: {said}"
    return {
        "rationale": f"1. The passage reports this: {said}\n2. It is kept because a reader of the filing needs it.",
        "summary": said,
    }


def in_schema(schema: Mapping[str, Any], answer: Mapping[str, str]) -> str:
    """JSON of the schema with the answer's fields where it has them, and of the right type elsewhere."""
    return json.dumps(_value(schema, schema, answer, None))


def _value(schema: Mapping[str, Any], root: Mapping[str, Any], answer: Mapping[str, str], name: str | None) -> object:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return _value(schema[choice][0], root, answer, name)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object" | None:
            return {key: _value(inner, root, answer, key) for key, inner in schema.get("properties", {}).items()}
        case "array":
            return []
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            return answer.get(name or "", PROSE)
