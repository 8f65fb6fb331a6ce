"""The local teacher: requests in, replies out, whatever memory there is. Heavy: the engine imports torch."""

import gc
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import structlog
import torch

from daemon.teachers.base import TeacherBroken, TeacherUnavailable
from daemon.teachers.local.batching import Cost, TokenBudget, batches
from daemon.teachers.local.constraint import Budget
from daemon.teachers.local.engine import Engine, Question, Said, load_engine
from daemon.teachers.local.prompting import Prompts, prompts_of
from daemon.teachers.local.settings import LocalSettings, licence_of
from daemon.teachers.protocol import Answered, ChunkRequest, Failed, Reply, TeacherInfo
from daemon.teachers.recipe import Recipe
from daemon.teachers.seeds import seed_of
from trainer.memory import is_out_of_memory
from trainer.spec import TrainingProblem


def open_local(settings: LocalSettings, recipe: Recipe) -> "LocalTeacher":
    """Raises TeacherUnavailable."""
    engine = load_engine(settings)
    try:
        prompts = prompts_of(engine.tokenizer, recipe.prompt or "")
    except TrainingProblem as problem:
        raise TeacherUnavailable(str(problem)) from problem
    return LocalTeacher(settings, engine, prompts)


@dataclass(frozen=True)
class _Asked:
    request: ChunkRequest
    question: Question

    @property
    def cost(self) -> Cost:
        return Cost(len(self.question.ids), self.question.budget.max_new_tokens)


class LocalTeacher:
    def __init__(self, settings: LocalSettings, engine: Engine, prompts: Prompts) -> None:
        self._settings, self._engine, self._prompts = settings, engine, prompts
        self._budget = TokenBudget(settings.batch_tokens)

    def describe(self) -> TeacherInfo:
        model, commit = self._settings.model, self._engine.commit
        return TeacherInfo(model=model, revision=commit or self._settings.commit, licence=licence_of(model))

    def label(self, requests: Sequence[ChunkRequest]) -> Iterator[Reply]:
        """A batch that does not fit into memory is halved, and so are those that follow for a while."""
        left: list[_Asked] = []
        for asked in (_Asked(request, self._question(request)) for request in requests):
            if (why := self._too_long(asked)) is None:
                left.append(asked)
            else:
                yield Failed(request_id=asked.request.request_id, detail=why)
        while left:
            chosen = batches([asked.cost for asked in left], self._budget.tokens)[0]
            replies = self._try([left[place] for place in chosen])
            if replies is None:
                self._budget.did_not_fit([left[place].cost for place in chosen])
                structlog.get_logger().warning("out_of_memory", texts=len(chosen), batch_tokens=self._budget.tokens)
                continue
            self._budget.fitted()
            yield from replies
            left = [asked for place, asked in enumerate(left) if place not in chosen]

    def _try(self, batch: Sequence[_Asked]) -> list[Reply] | None:
        """None: the batch does not fit, and a smaller one may."""
        began = perf_counter()
        try:
            said = self._engine.answer([asked.question for asked in batch])
        except (RuntimeError, MemoryError) as error:
            if "CUDA error" in str(error):  # after one of these every later call in this process fails too
                raise TeacherBroken(
                    f"the GPU failed ({str(error).splitlines()[0]}): see dmesg and nvidia-smi"
                ) from error
            if not is_out_of_memory(error):
                raise
            problem = str(error)
        else:
            each = (perf_counter() - began) / len(batch)
            return [_answered(asked, one, seconds=each) for asked, one in zip(batch, said, strict=True)]
        # Behind the handler, whose traceback held what the batch had allocated.
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        if len(batch) > 1:
            return None
        detail = (
            f"out of memory with this text alone ({problem[:300]}): lower chunk.size or the token budgets of [teacher]"
        )
        return [Failed(request_id=batch[0].request.request_id, detail=detail)]

    def _question(self, request: ChunkRequest) -> Question:
        share = 2 if request.manner == "brief" else 1
        budget = Budget(
            rationale=share * self._settings.max_rationale_tokens, summary=share * self._settings.max_summary_tokens
        )
        ids = tuple(self._prompts.ids(request.text, request.manner))
        return Question(ids, budget, seed_of(request) if request.manner == "sampled" else None)

    def _too_long(self, asked: _Asked) -> str | None:
        needed, there = asked.cost.prompt + asked.cost.answer, self._engine.positions
        if needed <= there:
            return None
        return f"prompt and answer take up to {needed} tokens, the model knows {there} positions: lower chunk.size"


def _answered(asked: _Asked, said: Said, *, seconds: float) -> Answered:
    return Answered(
        request_id=asked.request.request_id,
        raw=said.raw,
        prompt_tokens=len(asked.question.ids),
        completion_tokens=said.tokens,
        seconds=seconds,
        truncated=said.truncated,
        forced_close=said.forced_close,
    )
