"""What vLLM, SGLang, llama.cpp and Ollama say, in the respects that matter to a client that trusts none of them.

Read in their sources (shapes and words of errors, nothing copied), llama.cpp's also run:
vLLM 0.33      vllm/entrypoints/{serve/engine/protocol,serve/utils/fingerprint,openai/models/serving}.py, exceptions.py
SGLang 0.5.23  sglang/srt/entrypoints/{openai/protocol,openai/serving_base,http_server}.py, utils/auth.py
llama.cpp      0c1e570: tools/server/{server-common,server-context,server-task,server-http}.cpp
Ollama         openai/openai.go, server/{routes,sched}.go
"""

from dataclasses import dataclass
from itertools import count
from time import time
from typing import Any, Final

Json = dict[str, Any]

CONTEXT: Final = 8192  # tokens
_NUMBERS: Final = count(1)


@dataclass
class Served:
    """What is behind a server. `weights` is its identity where the server tells one: a path, a digest, a size."""

    model: str = "meta-llama/Llama-3.1-8B-Instruct"
    weights: str = "/models/llama-3.1-8b"
    fingerprint: str = "5f3a9c21"


@dataclass(frozen=True)
class Said:
    """What the model said. `tokens`: of the prompt and of the answer."""

    content: str | None
    tokens: tuple[int, int]
    finish_reason: str = "stop"


@dataclass(frozen=True)
class Flavour:
    """One kind of server; this one is vLLM."""

    name: str = "vllm"
    checks_model: bool = True  # the others answer to any name
    open_paths: tuple[str, ...] = ()  # no key is asked for them
    busy: tuple[int, str, str] = (
        503,
        "The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.",
        "Service Unavailable",
    )

    def models(self, served: Served) -> Json:
        """`created` and the permission's id are others each time, as vLLM's are."""
        permission = {"id": f"modelperm-{next(_NUMBERS):032x}", "object": "model_permission", "created": int(time())}
        return _listed(
            self._card(served, "vllm") | {"max_model_len": CONTEXT, "permission": [permission], "parent": None}
        )

    def completion(self, served: Served, asked_for: str, said: Said) -> Json:
        message = {"content": said.content, "refusal": None, "annotations": None, "reasoning_content": None}
        choice = {"logprobs": None, "finish_reason": said.finish_reason, "stop_reason": None, "token_ids": None}
        body = _completion(asked_for, message | {"tool_calls": []}, choice, said)
        fingerprint = {"system_fingerprint": f"vllm-0.15.1-{served.fingerprint}", "service_tier": None}
        return body | fingerprint | {"prompt_logprobs": None, "kv_transfer_params": None}

    def error(self, status: int, message: str, kind: str) -> Json:
        return {"error": {"message": message, "type": kind, "param": None, "code": status}}

    def unauthorized(self) -> Json:
        return {"error": "Unauthorized"}

    def unknown_model(self, model: str) -> tuple[int, Json]:
        return 404, self.error(404, f"The model `{model}` does not exist.", "NotFoundError")

    def too_long(self, tokens: int) -> tuple[int, Json] | None:
        """None where the server cuts the prompt and says nothing."""
        why = (
            f"This model's maximum context length is {CONTEXT} tokens. However, your prompt contains {tokens} input "
            "tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input "
            f"prompt. (parameter=input_tokens, value={tokens})"
        )
        return 400, self.error(400, why, "BadRequestError")

    def page(self, path: str, served: Served) -> Json | None:  # noqa: ARG002 - the others tell
        """Another endpoint of this server; None where there is none."""
        return {"/version": {"version": "0.15.1"}, "/health": {}}.get(path)

    def _card(self, served: Served, owner: str) -> Json:
        now = int(time())
        return {"id": served.model, "object": "model", "created": now, "owned_by": owner, "root": served.weights}


@dataclass(frozen=True)
class SGLang(Flavour):
    name: str = "sglang"
    checks_model: bool = False
    open_paths: tuple[str, ...] = ("/health", "/metrics")
    busy: tuple[int, str, str] = (503, "The request queue is full.", "503")

    def models(self, served: Served) -> Json:
        return _listed(self._card(served, "sglang") | {"root": served.model, "parent": None, "max_model_len": CONTEXT})

    def completion(self, served: Served, asked_for: str, said: Said) -> Json:
        """No fingerprint: the version of the weights is the only word of who answers."""
        message = {"content": said.content, "reasoning_content": None, "tool_calls": None}
        choice = {"logprobs": None, "finish_reason": said.finish_reason, "matched_stop": 128009}
        body = _completion(asked_for, message, choice, said)
        body["usage"] |= {"prompt_tokens_details": None, "reasoning_tokens": 0}
        return body | {"metadata": {"weight_version": served.fingerprint}}

    def error(self, status: int, message: str, kind: str) -> Json:
        return {"object": "error", "message": message, "type": kind, "param": None, "code": status}

    def too_long(self, tokens: int) -> tuple[int, Json] | None:
        why = f"The input ({tokens} tokens) is longer than the model's context length ({CONTEXT} tokens)."
        return 400, self.error(400, why, "BadRequestError")

    def page(self, path: str, served: Served) -> Json | None:
        info = {
            "model_path": served.weights,
            "tokenizer_path": served.weights,
            "is_generation": True,
            "preferred_sampling_params": None,
            "weight_version": served.fingerprint,
        }
        return {"/get_model_info": info, "/model_info": info, "/health": {}}.get(path)


@dataclass(frozen=True)
class LlamaCpp(Flavour):
    name: str = "llama.cpp"
    checks_model: bool = False
    open_paths: tuple[str, ...] = ("/health", "/v1/health", "/")
    busy: tuple[int, str, str] = (503, "Loading model", "unavailable_error")

    def models(self, served: Served) -> Json:
        sizes = {"n_params": 8_030_261_312, "size": 4_912_898_304, "n_vocab": 128_256, "n_ctx_train": 131_072}
        meta = {"vocab_type": 2, "n_embd": 4096, "n_ctx": CONTEXT, "ftype": "Q4_K - Medium"} | sizes
        card = self._card(served, "llamacpp") | {"aliases": [served.model], "tags": [], "meta": meta}
        del card["root"]
        old = {
            "name": served.model,
            "model": served.model,
            "modified_at": "",
            "size": "",
            "digest": "",
            "type": "model",
        }
        return {"models": [old]} | _listed(card)

    def completion(self, served: Served, asked_for: str, said: Said) -> Json:  # noqa: ARG002
        """Under its own name, whatever it was asked for; the fingerprint is that of the build, whatever the model."""
        choice = {"finish_reason": said.finish_reason}
        body = _completion(served.model, {"content": said.content}, choice, said)
        timings = {"prompt_n": said.tokens[0], "predicted_n": said.tokens[1], "predicted_per_second": 41.5}
        return body | {"system_fingerprint": f"b7100-{served.fingerprint}", "timings": timings}

    def error(self, status: int, message: str, kind: str) -> Json:
        return {"error": {"code": status, "message": message, "type": kind}}

    def unauthorized(self) -> Json:
        return self.error(401, "Invalid API Key", "authentication_error")

    def too_long(self, tokens: int) -> tuple[int, Json] | None:
        why = f"request ({tokens} tokens) exceeds the available context size ({CONTEXT} tokens), try increasing it"
        body = self.error(400, why, "exceed_context_size_error")
        body["error"] |= {"n_prompt_tokens": tokens, "n_ctx": CONTEXT}
        return 400, body

    def page(self, path: str, served: Served) -> Json | None:
        props = {
            "default_generation_settings": {"n_ctx": CONTEXT},
            "total_slots": 4,
            "model_alias": served.model,
            "model_path": f"{served.weights}.gguf",
            "build_info": f"b7100-{served.fingerprint}",
        }
        pages: dict[str, Json] = {"/props": props, "/health": {"status": "ok"}}
        return pages.get(path)


@dataclass(frozen=True)
class Ollama(Flavour):
    name: str = "ollama"
    busy: tuple[int, str, str] = (503, "server busy, please try again.  maximum pending requests exceeded", "api_error")

    def models(self, served: Served) -> Json:
        card = self._card(served, "library")
        del card["root"]
        return _listed(card)

    def completion(self, served: Served, asked_for: str, said: Said) -> Json:  # noqa: ARG002
        """One fingerprint for all models and versions: it says nothing."""
        body = _completion(asked_for, {"content": said.content}, {"finish_reason": said.finish_reason}, said)
        return body | {"system_fingerprint": "fp_ollama"}

    def error(self, status: int, message: str, kind: str) -> Json:
        del status
        return {"error": {"message": message, "type": kind, "param": None, "code": None}}

    def unknown_model(self, model: str) -> tuple[int, Json]:
        return 404, self.error(404, f'model "{model}" not found, try pulling it first', "not_found_error")

    def too_long(self, tokens: int) -> tuple[int, Json] | None:
        del tokens
        return None

    def page(self, path: str, served: Served) -> Json | None:
        details = {"format": "gguf", "family": "llama", "parameter_size": "8.0B", "quantization_level": "Q4_K_M"}
        tag = {"name": served.model, "model": served.model, "size": 4_920_753_328, "digest": served.fingerprint * 8}
        tags = {"models": [tag | {"modified_at": "2026-11-01T10:00:00Z", "details": details}]}
        pages: dict[str, Json] = {"/api/tags": tags, "/api/version": {"version": "0.13.0"}}
        return pages.get(path)


FLAVOURS: Final[dict[str, Flavour]] = {kind.name: kind for kind in (Flavour(), SGLang(), LlamaCpp(), Ollama())}


def _listed(card: Json) -> Json:
    return {"object": "list", "data": [card]}


def _completion(asked_for: str, message: Json, choice: Json, said: Said) -> Json:
    prompt, answer = said.tokens
    return {
        "id": f"chatcmpl-{next(_NUMBERS):032x}",
        "object": "chat.completion",
        "created": int(time()),
        "model": asked_for,
        "choices": [{"index": 0, "message": {"role": "assistant"} | message} | choice],
        "usage": {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer},
    }
