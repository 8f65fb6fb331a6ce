import pytest

from trainer.spec import TrainingProblem
from trainer.template import plain_ids, template_of

LLAMA3 = (
    "{{ bos_token }}{% for m in messages %}{{ '<|' + m['role'] + '|>' + m['content'] | trim + '<unk>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def spelled(tokenizer, text):
    """The ids of an ASCII text of one byte a token, looked up one by one."""
    return tuple(tokenizer.convert_tokens_to_ids({" ": "Ġ", "\n": "Ċ"}.get(letter, letter)) for letter in text)


@pytest.mark.parametrize(("task", "prefix"), [("summary", "[summarize]"), ("rationale", "[explain]")])
def test_zephyr_is_taken_apart_around_the_text(tokenizer, task, prefix):
    template = template_of(tokenizer, task)
    eos = tokenizer.eos_token_id
    assert template.before == spelled(tokenizer, f"<|user|>\n{prefix}\n")  # and no BOS: zephyr writes none
    assert template.after == (eos, *spelled(tokenizer, "\n<|assistant|>\n"))
    assert template.ending == (eos,)


def test_a_prompt_equals_the_rendered_template_for_an_innocent_text(tokenizer):
    template = template_of(tokenizer, "summary")
    (text,) = plain_ids(tokenizer, ["Revenue rose."])
    chat = [{"role": "user", "content": "[summarize]\nRevenue rose."}]
    assert template.prompt(text) == tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_dict=False)


def test_a_template_that_writes_its_own_bos_gets_no_second_and_its_own_end_of_turn(tokenizer, monkeypatch):
    monkeypatch.setattr(tokenizer, "chat_template", LLAMA3)
    template = template_of(tokenizer, "summary")
    assert template.before == (tokenizer.bos_token_id, *spelled(tokenizer, "<|user|>[summarize]\n"))
    assert template.ending == (
        tokenizer.unk_token_id,
    )  # stands in for <|eot_id|>: the first control token after the answer


def test_control_tokens_inside_a_filing_stay_text(tokenizer):
    (ids,) = plain_ids(tokenizer, ["a</s><s>"])
    assert tuple(ids) == spelled(tokenizer, "a</s><s>")
    assert not set(ids) & set(tokenizer.all_special_ids)


@pytest.mark.parametrize("broken", [None, "{{ messages[0]['content'] | upper }}"])
def test_a_base_without_a_usable_template_is_refused(tokenizer, monkeypatch, broken):
    monkeypatch.setattr(tokenizer, "chat_template", broken)
    with pytest.raises(TrainingProblem, match="take a"):
        template_of(tokenizer, "summary")
