import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from evaluator.generate import Decoding, Generated, generate, left_padded, rounds
from trainer.template import plain_ids, template_of


def ignore(_):
    pass


@pytest.fixture
def model(base_dir):
    return AutoModelForCausalLM.from_pretrained(base_dir).eval()


def how(*, stop_ids=(2,), new=12, batch=16):
    return Decoding(stop_ids=stop_ids, pad_id=0, max_new_tokens=new, batch_size=batch)


def prompts_of_many_lengths(base_dir, count=16):
    tokenizer = AutoTokenizer.from_pretrained(base_dir)
    template = template_of(tokenizer, "summary")
    return [template.prompt(ids) for ids in plain_ids(tokenizer, ["Revenue rose. " * (i + 1) for i in range(count)])]


def test_pads_stand_on_the_left_and_are_masked():
    ids, mask = left_padded([[5, 6, 7], [8]], pad_id=0)
    assert (ids.tolist(), mask.tolist()) == ([[5, 6, 7], [0, 0, 8]], [[1, 1, 1], [0, 0, 1]])


def test_a_batch_gives_each_prompt_what_it_gets_alone(model, base_dir):
    prompts = prompts_of_many_lengths(base_dir)
    together = generate(model, prompts, how(), tell=ignore)
    alone = [generate(model, [prompt], how(), tell=ignore)[0] for prompt in prompts]
    assert [a == b for a, b in zip(together, alone, strict=True)] == [True] * 16
    assert len({one.ids for one in together}) > 8  # answers that were all alike would prove nothing


def test_answers_come_back_in_the_order_of_the_prompts_whatever_the_batch_size(model, base_dir):
    prompts = prompts_of_many_lengths(base_dir, count=7)
    told: list[int] = []
    assert generate(model, prompts, how(batch=3), tell=told.append) == generate(model, prompts, how(), tell=told.append)
    assert told == [3, 3, 1, 7]


@pytest.fixture
def mute(model):
    """The same model with an output layer of zeros: every logit is 0, so greedy decoding says token 0 for ever."""
    model.lm_head.weight.data.zero_()
    return model


def test_a_student_that_stops_at_once_says_nothing(mute):
    assert generate(mute, [[1, 5]], how(stop_ids=(0,)), tell=ignore) == [Generated((), hit_limit=False)]


def test_a_student_that_never_stops_is_cut_off_and_flagged(mute):
    assert generate(mute, [[1, 5]], how(new=4), tell=ignore) == [Generated((0, 0, 0, 0), hit_limit=True)]


def test_what_the_base_says_about_decoding_is_overruled(model, base_dir):
    expected = generate(model, prompts_of_many_lengths(base_dir), how(), tell=ignore)
    torch.manual_seed(1)
    model.generation_config.update(do_sample=True, temperature=5.0, num_beams=2, repetition_penalty=3.0)
    assert generate(model, prompts_of_many_lengths(base_dir), how(), tell=ignore) == expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, [(0, 1)]),
        (64, [(0, 64)]),
        (65, [(0, 64), (64, 65)]),
        (256, [(0, 64), (64, 128), (128, 256)]),
        (300, [(0, 64), (64, 128), (128, 256), (256, 300)]),
    ],
)
def test_rounds_double_up_to_the_limit(limit, expected):
    assert rounds(limit) == expected


def test_an_answer_of_many_rounds_is_the_answer_of_one(model, base_dir):
    """Against one call of the library's own generate, without rounds, batches or pads."""
    for prompt in prompts_of_many_lengths(base_dir, count=4):
        whole = model.generate(torch.tensor([prompt]), max_new_tokens=150, do_sample=False, eos_token_id=2)
        [ours] = generate(model, [prompt], how(new=150), tell=ignore)
        assert list(ours.ids) == [t for t in whole[0, len(prompt) :].tolist() if t != 2]


def test_progress_counts_each_answer_once_however_many_rounds_it_takes(model, base_dir):
    told: list[int] = []
    generate(model, prompts_of_many_lengths(base_dir, count=7), how(new=150, batch=3), tell=told.append)
    assert sum(told) == 7


class Narrow:
    """A model on a device whose memory ends at so many tokens, prompt and answer together, in a batch."""

    def __init__(self, model, tokens, error):
        self.model, self.tokens, self.error = model, tokens, error
        self.device, self.sizes = model.device, []

    def generate(self, *, input_ids, generation_config, **more):
        self.sizes.append(len(input_ids))
        if len(input_ids) * (input_ids.shape[1] + generation_config.max_new_tokens) > self.tokens:
            raise self.error
        return self.model.generate(input_ids=input_ids, generation_config=generation_config, **more)


OUT_OF_MEMORY = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
CPU_OUT_OF_MEMORY = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:125] err == 0. DefaultCPUAllocator: can't allocate memory"
)


@pytest.mark.parametrize("error", [OUT_OF_MEMORY, CPU_OUT_OF_MEMORY])
def test_a_batch_that_memory_does_not_hold_is_halved_and_no_answer_changes(model, base_dir, error):
    prompts = prompts_of_many_lengths(base_dir)
    narrow, told = Narrow(model, 4 * (len(prompts[-1]) + 12), error), []
    assert generate(narrow, prompts, how(), tell=told.append) == generate(model, prompts, how(), tell=ignore)
    assert narrow.sizes == [16, 8, 4, 4, 4, 4]
    assert told == [4, 4, 4, 4]


def test_a_prompt_that_memory_does_not_hold_alone_is_an_error(model, base_dir):
    with pytest.raises(torch.OutOfMemoryError):
        generate(Narrow(model, 10, OUT_OF_MEMORY), prompts_of_many_lengths(base_dir, 3), how(), tell=ignore)


def test_another_error_is_not_taken_for_it(model):
    narrow = Narrow(model, 1, RuntimeError("CUDA error: device-side assert triggered"))
    with pytest.raises(RuntimeError, match="assert"):
        generate(narrow, [[1, 5], [1, 6]], how(), tell=ignore)
    assert narrow.sizes == [2]
