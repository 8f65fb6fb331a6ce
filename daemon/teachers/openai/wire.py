"""What is said to a server and what comes back: only the fields that count, everything else a server says is passed over."""

import contextlib
import json
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from daemon.answers import Declined
from daemon.teachers.protocol import RepairedText
from store.errors import FinsdistillError
from store.task import Answer

SCHEMA_NAME: Final = "answer"
_MOST_TOKENS: Final = 2**31 - 1
_LONGEST_NAME: Final = 1024


class NotUnderstood(FinsdistillError):
    """What a server sent is not what OpenAI's interface promises there."""


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


Name = Annotated[RepairedText, Field(max_length=_LONGEST_NAME)]
Tokens = Annotated[int, Field(ge=0, le=_MOST_TOKENS)]


class TextField(_Asked):
    """Without length or pattern: xgrammar 0.2.8 then lets invalid JSON through, llama.cpp passes some over, unsaid."""

    type: Literal["string"] = "string"


class ObjectShape(_Asked):
    type: Literal["object"] = "object"
    properties: dict[str, TextField]
    required: tuple[str, ...]
    additionalProperties: Literal[False] = False  # noqa: N815 - JSON schema's word


class AnswerShapes(_Asked):
    anyOf: tuple[ObjectShape, ...]  # noqa: N815


class NamedSchema(_Asked):
    name: str = SCHEMA_NAME
    strict: Literal[True] = True
    shapes: AnswerShapes = Field(serialization_alias="schema")


class ResponseFormat(_Asked):
    type: Literal["json_schema"] = "json_schema"
    json_schema: NamedSchema


class Message(_Asked):
    role: Literal["system", "user"]
    content: str


class ChatRequest(_Asked):
    """`seed` is None where nothing is drawn."""

    model: str
    messages: tuple[Message, ...]
    temperature: float
    max_tokens: int
    response_format: ResponseFormat
    seed: int | None = None

    def body(self) -> bytes:
        return self.model_dump_json(by_alias=True, exclude_none=True).encode()


def _shape(model: type[BaseModel]) -> ObjectShape:
    return ObjectShape(
        properties={name: TextField() for name in model.model_fields}, required=tuple(model.model_fields)
    )


# An answer, or the word that there is none to give; keys in the order in which they are to be thought of.
ANSWER_FORMAT: Final = ResponseFormat(
    json_schema=NamedSchema(shapes=AnswerShapes(anyOf=(_shape(Answer), _shape(Declined))))
)


class Spoken(_Said):
    content: RepairedText | None = None
    refusal: RepairedText | None = None


class Choice(_Said):
    message: Spoken
    finish_reason: str | None = None


class Usage(_Said):
    prompt_tokens: Tokens | None = None
    completion_tokens: Tokens | None = None


class Metadata(_Said):
    """SGLang's word of whose weights answered: it has no system_fingerprint."""

    weight_version: Name | None = None


class Completion(_Said):
    """One chat completion."""

    model: Name
    choices: tuple[Choice, ...] = Field(min_length=1)
    usage: Usage | None = None
    system_fingerprint: Name | None = None
    metadata: Metadata | None = None

    @property
    def raw(self) -> str:
        """The answer; what OpenAI calls a refusal is said as a decline."""
        said = self.choices[0].message
        if said.refusal:
            return json.dumps({"declined": said.refusal}, ensure_ascii=False)
        return said.content or ""

    @property
    def truncated(self) -> bool:
        return self.choices[0].finish_reason == "length"

    @property
    def fingerprint(self) -> str | None:
        return self.system_fingerprint or (self.metadata and self.metadata.weight_version) or None

    @property
    def tokens(self) -> tuple[int, int]:
        """Of prompt and answer; 0 where the server does not count."""
        if self.usage is None:
            return 0, 0
        return self.usage.prompt_tokens or 0, self.usage.completion_tokens or 0


class Weights(_Said):
    """llama.cpp's word of the model file. What else it has there are settings of the server."""

    n_params: int | None = None
    size: int | None = None
    n_ctx: int | None = None


class ModelCard(_Said):
    """One entry of /models. `created` is the time of the question at most servers, and vLLM's permissions are random."""

    id: Name
    owned_by: Name | None = None
    root: Name | None = None
    aliases: tuple[Name, ...] | None = None
    meta: Weights | None = None
    max_model_len: int | None = None

    @property
    def context(self) -> int | None:
        """Tokens of prompt and answer together, where the server says it: vLLM, SGLang and llama.cpp do."""
        return self.max_model_len or (self.meta and self.meta.n_ctx) or None


class ModelList(_Said):
    data: tuple[ModelCard, ...]


class _Refusal(_Said):
    """OpenAI, vLLM and llama.cpp: {"error": {"message"}}; SGLang: {"message"}; FastAPI: {"detail"}; others: {"error"}."""

    error: "_Refusal | RepairedText | None" = None
    message: RepairedText | None = None
    detail: RepairedText | None = None


class OllamaModel(_Said):
    name: Name
    digest: Name


class OllamaModels(_Said):
    """Of Ollama's own /api/tags."""

    models: tuple[OllamaModel, ...]


class ModelFile(_Said):
    """Of SGLang's own /model_info (/get_model_info before 0.5) and llama.cpp's /props: a folder or a name, and a file."""

    model_path: Annotated[Name, Field(min_length=1)]


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], body: bytes) -> Model:
    """Raises NotUnderstood, which quotes the body: it may hold what must not be shown."""
    try:
        return model.model_validate_json(body)
    except ValidationError as cause:
        first = cause.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        # Half a surrogate pair, or half a character: Python reads on, and what cannot be stored becomes U+FFFD.
        with contextlib.suppress(ValidationError, ValueError, RecursionError):
            return model.model_validate(json.loads(body.decode("utf-8", "replace")))
    where = ".".join(map(str, first["loc"])) or model.__name__
    raise NotUnderstood(f"{where}: {first['msg']} in {quoted(body)}")


def words_of(body: bytes) -> str:
    """What a server says in an error, in one line: each has its own place for it, and any may be a proxy's page instead."""
    try:
        said = _Refusal.model_validate_json(body)
    except ValidationError:
        return quoted(body)
    inner = said.error.message if isinstance(said.error, _Refusal) else said.error
    return " ".join((inner or said.message or said.detail or quoted(body)).split())


def quoted(body: bytes) -> str:
    return repr(body.decode("utf-8", "replace"))
