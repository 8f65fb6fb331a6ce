"""A causal language model that answers batches of prompts in the answer's JSON. Heavy: imports torch and transformers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

import torch
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    LogitsProcessorList,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteriaList,
)

from daemon.answers import complete_objects, is_answer
from daemon.teachers.base import TeacherUnavailable
from daemon.teachers.local.constraint import Budget, Constraint
from daemon.teachers.local.grammar import AnswerGrammar
from daemon.teachers.local.sampling import SeededSampling
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.local.stopping import AnswerComplete
from daemon.teachers.local.vocabulary import joined, token_bytes
from evaluator.generate import greedy, left_padded
from trainer.hardware import Dtype, dtype_of, probe
from trainer.memory import is_out_of_memory
from trainer.model import load_causal_lm
from trainer.spec import Quantization

# Ends of an answer that a model's own files may leave out of its list.
_END_TOKENS: Final = ("<|eot_id|>", "<|end_of_text|>")
_OFF_THE_GPU: Final = ("cpu", "disk")


@dataclass(frozen=True)
class Question:
    """A prompt, the tokens its answer may take, and the seed it is drawn with; None: greedy."""

    ids: tuple[int, ...]
    budget: Budget
    seed: int | None


@dataclass(frozen=True)
class Said:
    """`truncated`: the limit cut it. `forced_close`: a budget closed a field. `tokens` counts the end token too."""

    raw: str
    tokens: int
    truncated: bool
    forced_close: bool


@dataclass(frozen=True)
class Engine:
    """`vocabulary` are the bytes of each id, None for control tokens; `grammar` is None where the stopper works alone."""

    model: Any  # a PreTrainedModel; its declared types know neither generate() nor its buffers
    tokenizer: PreTrainedTokenizerBase
    vocabulary: tuple[bytes | None, ...]
    grammar: AnswerGrammar | None
    end_ids: tuple[int, ...]
    pad_id: int

    @property
    def commit(self) -> str | None:
        """Of the hub; None for a folder."""
        return getattr(self.model.config, "_commit_hash", None)

    @property
    def positions(self) -> int:
        """Tokens that prompt and answer may have together."""
        return int(self.model.config.max_position_embeddings)

    @torch.inference_mode()
    def answer(self, questions: Sequence[Question]) -> list[Said]:
        """One batch, in order. Raises whatever torch raises, out of memory included."""
        ids, mask = left_padded([question.ids for question in questions], self.pad_id)
        constraint = Constraint(self.grammar, [question.budget for question in questions]) if self.grammar else None
        sampling = SeededSampling([question.seed for question in questions], self.model.device)
        stopper = AnswerComplete(self.vocabulary, prompt_width=ids.shape[1], end_ids=self.end_ids)
        longest = max(question.budget.max_new_tokens for question in questions)
        generated = self.model.generate(
            input_ids=ids.to(self.model.device),
            attention_mask=mask.to(self.model.device),
            generation_config=greedy(self.end_ids, pad_id=self.pad_id, new_tokens=longest),
            logits_processor=LogitsProcessorList([*([constraint] if constraint else []), sampling]),
            stopping_criteria=StoppingCriteriaList([stopper]),
        )
        forced = constraint.forced if constraint else (False,) * len(questions)
        rows = generated[:, ids.shape[1] :].tolist()
        return [
            self._read(row[: question.budget.max_new_tokens], forced_close=closed)
            for row, question, closed in zip(rows, questions, forced, strict=True)
        ]

    def _read(self, row: Sequence[int], *, forced_close: bool) -> Said:
        ends = {*self.end_ids, self.pad_id}
        said = list(takewhile(lambda token: token not in ends, row))
        raw = joined(self.vocabulary, said).decode(errors="replace")
        ended = len(said) < len(row)
        closed = ended or any(is_answer(found.encode()) for found in complete_objects(raw))
        tokens = len(said) + (ended and row[len(said)] in self.end_ids)
        return Said(raw, tokens=tokens, truncated=not closed, forced_close=forced_close)


def load_engine(settings: LocalSettings) -> Engine:
    """Raises TeacherUnavailable for a model that is not there, is no chat model, or does not fit on the GPU."""
    dtype: Dtype = "float32" if settings.device == "cpu" else dtype_of(probe())
    try:
        tokenizer = AutoTokenizer.from_pretrained(settings.model, revision=settings.commit, trust_remote_code=False)
        model = _load(settings, dtype)
    except (OSError, ValueError) as cause:
        raise TeacherUnavailable(_cannot_load(settings, cause)) from cause
    except (RuntimeError, MemoryError) as cause:
        if not is_out_of_memory(cause):
            raise
        raise TeacherUnavailable(_does_not_fit(settings)) from cause
    end_ids = end_ids_of(tokenizer, model.generation_config)
    # generate() fills what we leave unset from here.
    model.generation_config = GenerationConfig()  # type: ignore[no-untyped-call]
    model.eval()  # type: ignore[no-untyped-call]
    width = int(model.config.vocab_size)
    return Engine(
        model=model,
        tokenizer=tokenizer,
        vocabulary=token_bytes(tokenizer),
        grammar=AnswerGrammar.compile(tokenizer, vocab_size=width, end_ids=end_ids) if settings.constrained else None,
        end_ids=end_ids,
        pad_id=pad_id_of(tokenizer, end_ids),
    )


def end_ids_of(tokenizer: Any, generation: GenerationConfig | None) -> tuple[int, ...]:
    """Whatever ends an answer of this model: its own list, its eos, and Llama 3's two."""
    listed = getattr(generation, "eos_token_id", None)
    own = [listed] if isinstance(listed, int) else list(listed or [])
    known = [tokenizer.convert_tokens_to_ids(token) for token in _END_TOKENS if token in tokenizer.get_vocab()]
    eos = [] if tokenizer.eos_token_id is None else [tokenizer.eos_token_id]
    return tuple(sorted({*own, *eos, *known}))


def pad_id_of(tokenizer: Any, end_ids: Sequence[int]) -> int:
    """A control token that ends nothing: padding with an end token would hide where an answer ended.

    Llama 3 names no pad token and TinyLlama names its eos; both have control tokens that no text uses.
    """
    control = [token for token, added in tokenizer.added_tokens_decoder.items() if added.special]
    names = {token: str(tokenizer.convert_ids_to_tokens(token)) for token in control}
    own = [] if tokenizer.pad_token_id is None else [tokenizer.pad_token_id]
    padding = sorted((token for token in control if "pad" in names[token]), reverse=True)
    reserved = sorted(token for token in control if "reserved" in names[token])
    unknown = [] if tokenizer.unk_token_id is None else [tokenizer.unk_token_id]
    for candidate in (*own, *padding, *reserved, *unknown):
        if candidate not in end_ids and candidate != tokenizer.bos_token_id:
            return int(candidate)
    raise TeacherUnavailable(f"{tokenizer.name_or_path} has no token to pad with: take another model")


def _load(settings: LocalSettings, dtype: Dtype) -> PreTrainedModel:
    quantization: Quantization = "nf4" if settings.quantization == "nf4" else "none"
    where: Any = "auto" if settings.device == "cuda" else {"": "cpu"}
    model = load_causal_lm(settings.model, settings.commit, quantization=quantization, dtype=dtype, device_map=where)
    placed = getattr(model, "hf_device_map", {}).values()
    # What does not fit is put into the machine's memory or on its disk, where a label takes minutes: nobody asked for that.
    if settings.device == "cuda" and any(str(device) in _OFF_THE_GPU for device in placed):
        raise TeacherUnavailable(_does_not_fit(settings))
    return model


def _cannot_load(settings: LocalSettings, cause: Exception) -> str:
    first = (str(cause).strip().splitlines() or ["no message"])[0][:300]
    return (
        f"teacher {settings.model!r} at revision {settings.commit} cannot be loaded ({first}): check [teacher] model and "
        "revision, that you were granted access, HF_TOKEN, and that it has safetensors"
    )


def _does_not_fit(settings: LocalSettings) -> str:
    smaller = "" if settings.quantization == "nf4" else '[teacher] quantization = "nf4", or '
    return f"teacher {settings.model!r} does not fit on the GPU: {smaller}a smaller model, or a larger GPU"
