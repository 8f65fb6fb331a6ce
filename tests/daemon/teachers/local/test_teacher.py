"""The local teacher in this process, on tiny models with random weights."""

import pytest
from pydantic import ValidationError

from daemon.answers import Declined
from daemon.teachers.base import TeacherBroken, TeacherUnavailable
from daemon.teachers.local.settings import LocalSettings
from daemon.teachers.protocol import Answered, ChunkRequest, Failed
from store.task import Answer

TEXT = "Net sales rose 9% to $33.9 billion because more phones were sold. "


def settings(model, **changes):
    values = {"model": str(model), "device": "cpu", "quantization": "none"}
    return LocalSettings(**values | {"max_rationale_tokens": 40, "max_summary_tokens": 32} | changes)


def opened(model, **changes):
    chosen = settings(model, **changes)
    return chosen.open(chosen.recipe())


def ask(count, *, words=1, manner="greedy", seed=0):
    return [
        ChunkRequest(
            request_id=str(n),
            text_id=f"t{n}",
            text=f"{n} " + TEXT * (words + n % 3),
            attempt=1,
            manner=manner,
            seed=seed,
        )
        for n in range(count)
    ]


def raws(teacher, requests):
    replies = {reply.request_id: reply for reply in teacher.label(requests)}
    assert replies.keys() == {request.request_id for request in requests}
    assert all(isinstance(reply, Answered) for reply in replies.values()), replies
    return {name: reply.raw for name, reply in replies.items()}


def is_valid(raw):
    try:
        Answer.model_validate_json(raw)
    except ValidationError:
        return bool(Declined.model_validate_json(raw).declined)
    return True


@pytest.fixture(scope="module")
def random_teacher(llama3):
    return opened(llama3)


@pytest.mark.parametrize("manner", ["greedy", "sampled", "brief"])
def test_a_random_model_of_128k_tokens_always_answers_in_the_schema(random_teacher, manner):
    assert all(map(is_valid, raws(random_teacher, ask(12, manner=manner)).values()))


def test_a_random_model_of_32k_tokens_always_answers_in_the_schema(tinyllama):
    assert all(map(is_valid, raws(opened(tinyllama), ask(12, manner="sampled")).values()))


def test_a_random_model_in_4_bits_always_answers_in_the_schema(llama3):
    assert all(map(is_valid, raws(opened(llama3, quantization="nf4"), ask(6, manner="sampled")).values()))


def test_an_answer_does_not_depend_on_who_shares_its_batch(random_teacher):
    together = raws(random_teacher, ask(7))
    alone = {name: raw for request in ask(7) for name, raw in raws(random_teacher, [request]).items()}
    assert together == alone


def test_a_draw_is_repeated_by_its_seed_and_is_another_when_asked_again(random_teacher):
    first, same, again = (raws(random_teacher, ask(3, manner="sampled", seed=seed)) for seed in (1, 1, 2))
    assert first == same and all(first[name] != again[name] for name in first)


def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_so_are_later_ones(llama3):
    teacher, rows = opened(llama3), []
    whole = raws(teacher, ask(16))
    with_limit(teacher, 3, rows)
    assert raws(teacher, ask(16)) == whole
    assert rows[:4] == [16, 8, 4, 2] and set(rows[4:]) <= {1, 2}
    rows.clear()
    raws(teacher, ask(16))
    assert max(rows) <= 3


def with_limit(teacher, most, rows):
    """Memory for `most` rows: what a GPU says when there are more. Prefills are noted in `rows`."""
    import torch

    def refuse(_module, _args, given):
        size, width = given["input_ids"].shape
        if width > 1:
            rows.append(size)
        if size > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    teacher._engine.model.register_forward_pre_hook(refuse, with_kwargs=True)


def test_a_text_that_does_not_fit_alone_fails_and_says_what_to_lower(llama3):
    teacher = opened(llama3)
    with_limit(teacher, 0, [])
    (reply,) = teacher.label(ask(1))
    assert isinstance(reply, Failed) and "out of memory" in reply.detail and "chunk.size" in reply.detail


def test_an_error_of_the_gpu_ends_the_process(llama3):
    teacher = opened(llama3)

    def fail(_module, _args):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    teacher._engine.model.register_forward_pre_hook(fail)
    with pytest.raises(TeacherBroken, match="illegal memory access"):
        list(teacher.label(ask(2)))


def test_a_text_longer_than_the_models_positions_fails_and_costs_no_other(random_teacher):
    long = ChunkRequest(request_id="long", text_id="long", text=TEXT * 3000, attempt=1)
    replies = {reply.request_id: reply for reply in random_teacher.label([*ask(2), long])}
    assert isinstance(replies["long"], Failed) and "8192 positions" in replies["long"].detail
    assert all(isinstance(replies[name], Answered) for name in "01")


def test_without_the_constraint_a_random_model_is_cut_off_and_says_so(llama3):
    replies = list(opened(llama3, constrained=False).label(ask(4)))
    assert all(reply.truncated for reply in replies) and not any(is_json(reply.raw) for reply in replies)


def is_json(raw):
    try:
        return is_valid(raw)
    except ValidationError:
        return False


def test_an_answer_cut_by_a_budget_says_so(random_teacher):
    assert all(reply.forced_close for reply in random_teacher.label(ask(4)))


def test_a_model_that_closes_its_fields_itself_is_not_cut(english):
    replies = list(opened(english, max_rationale_tokens=256, max_summary_tokens=160).label(ask(8, manner="sampled")))
    assert not all(reply.forced_close for reply in replies)


def test_every_draw_goes_through_one_prompt_of_the_declared_recipe(llama3):
    chosen = settings(llama3)
    recipe = chosen.recipe().model_copy(update={"prompt": "Say anything."})
    short, long = (next(iter(chosen.open(one).label(ask(1)))) for one in (recipe, chosen.recipe()))
    assert short.prompt_tokens < long.prompt_tokens


@pytest.mark.parametrize(("model", "pad", "ends"), [("llama3", 128002, (128001, 128009)), ("tinyllama", 0, (2,))])
def test_an_answer_ends_at_the_models_own_tokens_and_is_padded_with_none_of_them(model, pad, ends, request):
    engine = opened(request.getfixturevalue(model))._engine
    assert (engine.pad_id, engine.end_ids) == (pad, ends)


def test_a_model_that_is_not_there_is_one_sentence():
    with pytest.raises(TeacherUnavailable, match=r"cannot be loaded .*check \[teacher\] model") as problem:
        opened("/nowhere/at/all")
    assert "\n" not in str(problem.value)


def test_a_model_without_a_chat_template_is_refused(llama3, tmp_path):
    import json
    import shutil

    broken = shutil.copytree(llama3, tmp_path / "model")
    config = json.loads((broken / "tokenizer_config.json").read_text())
    del config["chat_template"]
    (broken / "tokenizer_config.json").write_text(json.dumps(config))
    (broken / "chat_template.jinja").unlink(missing_ok=True)
    with pytest.raises(TeacherUnavailable, match="chat template"):
        opened(broken)
