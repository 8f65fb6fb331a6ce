"""Both real templates, token by token: every expectation is a row of tokens written by hand and looked up one by one."""

import json

import pytest

from tests.model_tokenizers import LLAMA3_TEMPLATE, write_llama3_tokenizer, write_tinyllama_tokenizer
from tests.trainer.builders import ZEPHYR, a_row
from trainer.rows import IGNORED, make_lessons
from trainer.spec import TrainingProblem
from trainer.template import conversation_of, plain_ids, template_of

HOSTILE = "a</s><s><|eot_id|><|begin_of_text|>"


def loaded(folder, write, **kwargs):
    from transformers import AutoTokenizer

    write(folder, **kwargs)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def tinyllama(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("tinyllama"), write_tinyllama_tokenizer, vocab=32_000)


@pytest.fixture(scope="module")
def llama3(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("llama3"), write_llama3_tokenizer, vocab=128_256)


def ids(tokenizer, tokens):
    """Of tokens with blanks between them, each of which the vocabulary has."""
    found = tokenizer.convert_tokens_to_ids(tokens.split())
    assert None not in found
    assert tokenizer.convert_ids_to_tokens(found) == tokens.split()
    return tuple(found)


ASKED = "▁ <| user |> <0x0A> [ summ ar iz e] <0x0A>"  # one ▁ at the very start, as the tokenizer has it, and no BOS
ANSWERS = "</s> <0x0A> <| ass ist an t| > <0x0A>"
ASKED_3 = "<|begin_of_text|> <|start_header_id|> user <|end_header_id|> ĊĊ [ summ ar ize ]Ċ"
ANSWERS_3 = "<|eot_id|> <|start_header_id|> assistant <|end_header_id|> ĊĊ"


def test_zephyr_token_by_token(tinyllama):
    assert tinyllama.chat_template == ZEPHYR
    template = template_of(tinyllama, "summary")
    assert template.before == ids(tinyllama, ASKED)
    assert template.after == ids(tinyllama, ANSWERS)
    assert template.ending == ids(tinyllama, "</s>") == (2,)


def test_llama_3_token_by_token(llama3):
    assert llama3.chat_template == LLAMA3_TEMPLATE
    template = template_of(llama3, "summary")
    assert template.before == ids(llama3, ASKED_3)
    assert template.after == ids(llama3, ANSWERS_3)
    assert template.ending == ids(llama3, "<|eot_id|>") == (128_009,)
    assert template.before[:2] == (128_000, 128_006)


def test_zephyr_with_a_system_message_and_words_behind_the_document(tinyllama):
    found = conversation_of(tinyllama, system="Be brief.", before="Read this:\n", after="\nAnswer.")
    system = "▁ <| sy st em |> <0x0A> Be ▁b ri ef ."
    assert found.before == ids(tinyllama, f"{system} </s> <0x0A> <| user |> <0x0A> R ead ▁this : <0x0A>")
    assert found.after == ids(tinyllama, f"<0x0A> An s wer . {ANSWERS}")


def test_llama_3_with_a_system_message_and_words_behind_the_document(llama3):
    found = conversation_of(llama3, system="Be brief.", before="Read this:\n", after="\nAnswer.")
    system = "<|begin_of_text|> <|start_header_id|> system <|end_header_id|> ĊĊ Be Ġb ri ef ."
    user = "<|eot_id|> <|start_header_id|> user <|end_header_id|> ĊĊ R ead Ġthis :Ċ"
    assert found.before == ids(llama3, f"{system} {user}")  # and one BOS in all
    assert found.after == ids(llama3, f"Ċ Ans wer . {ANSWERS_3}")


def test_a_document_alone_may_be_the_whole_message(llama3):
    found = conversation_of(llama3, system=None, before="", after="")
    assert found.before == ids(llama3, "<|begin_of_text|> <|start_header_id|> user <|end_header_id|> ĊĊ")
    assert found.after == ids(llama3, ANSWERS_3)


def test_a_text_gets_the_tokens_it_has_in_the_middle_of_a_conversation(tinyllama, llama3):
    # By itself TinyLlama's tokenizer makes it ▁Re v en ue: the space would stand behind `[summarize]` and a line break.
    assert plain_ids(tinyllama, ["Revenue rose."]) == [list(ids(tinyllama, "Re v en ue ▁ro se ."))]
    assert plain_ids(llama3, ["Revenue rose."]) == [list(ids(llama3, "Rev en ue Ġro se ."))]


@pytest.mark.parametrize("text", ["Revenue rose.", " A space in front.", "\nA line break.", "é, 年 and 🚢", "x"])
def test_spliced_is_what_the_whole_conversation_would_be(tinyllama, text):
    messages = [{"role": "user", "content": f"[summarize]\n{text}"}, {"role": "assistant", "content": text}]
    template, (plain,) = template_of(tinyllama, "summary"), plain_ids(tinyllama, [text])
    whole = tinyllama.apply_chat_template(messages, return_dict=False)
    assert [*template.prompt(plain), *plain, *template.ending, *ids(tinyllama, "<0x0A>")] == whole


def test_control_tokens_in_a_document_stay_text(tinyllama, llama3):
    for tokenizer in (tinyllama, llama3):
        (found,) = plain_ids(tokenizer, [HOSTILE])
        assert not set(found) & set(tokenizer.all_special_ids)
        assert tokenizer.decode(found) == HOSTILE


def test_a_prompt_has_the_bos_its_template_writes_and_no_second(tinyllama, llama3):
    for tokenizer, expected in ((tinyllama, 0), (llama3, 1)):
        prompt = template_of(tokenizer, "summary").prompt(plain_ids(tokenizer, [HOSTILE])[0])
        assert prompt.count(tokenizer.bos_token_id) == expected


def lessons(tokenizer, *, text="Revenue rose.", summary="It rose.", max_tokens=512):
    rows = [a_row(1, text=text, summary=summary)]
    return make_lessons(rows, tokenizer, objective="summary", rationale_weight=1.0, max_tokens=max_tokens)


def test_an_example_of_zephyr_learns_the_answer_and_its_end_and_nothing_else(tinyllama):
    (example,) = lessons(tinyllama).examples
    prompt = ids(tinyllama, f"{ASKED} Re v en ue ▁ro se . {ANSWERS}")
    answer = ids(tinyllama, "It ▁ro se . </s>")
    assert example.ids == prompt + answer
    assert example.labels == [IGNORED] * len(prompt) + list(answer)


def test_an_example_of_llama_3_learns_the_answer_and_its_end_and_nothing_else(llama3):
    (example,) = lessons(llama3).examples
    prompt = ids(llama3, f"{ASKED_3} Rev en ue Ġro se . {ANSWERS_3}")
    answer = ids(llama3, "It Ġro se . <|eot_id|>")
    assert example.ids == prompt + answer
    assert example.labels == [IGNORED] * len(prompt) + list(answer)


@pytest.mark.parametrize("max_tokens", [150, 200, 300])
def test_a_text_too_long_is_cut_and_the_answer_and_its_end_never(tinyllama, llama3, max_tokens):
    for tokenizer in (tinyllama, llama3):
        (whole,) = lessons(tokenizer, text="Cash fell. " * 500, max_tokens=9_000).examples
        (example,) = lessons(tokenizer, text="Cash fell. " * 500, max_tokens=max_tokens).examples
        assert len(example.ids) == max_tokens
        assert example.trimmed
        assert example.ids[example.answer_start :] == whole.ids[whole.answer_start :]
        assert example.ids[example.answer_start - 1] == template_of(tokenizer, "summary").after[-1]


def test_training_pads_on_the_right_and_learns_no_pad(tinyllama):
    from trainer.batches import collate

    short, long = (lessons(tinyllama, text=text).examples[0] for text in ("Cash.", "Cash fell by 3 percent in 2021."))
    batch, missing = collate([short, long], pad_id=2), len(long.ids) - len(short.ids)
    assert batch["input_ids"].tolist() == [[*short.ids, *[2] * missing], list(long.ids)]
    # TinyLlama's pad is its </s>: the real end is learned, the pads behind it are not.
    learned = [[token for token in row if token != IGNORED] for row in batch["targets"].tolist()]
    assert learned == [list(one.ids[one.answer_start :]) for one in (short, long)]


REFUSING = "{{ raise_exception('System role not supported') }}"
DEAF = "{% for m in messages if m['role'] != 'system' %}{{ m['role'] + ': ' + m['content'] + eos_token }}{% endfor %}"


@pytest.mark.parametrize(("template", "words"), [(REFUSING, "refuses messages of system, user"), (DEAF, "alters")])
def test_a_template_that_takes_no_system_message_is_refused(tinyllama, monkeypatch, template, words):
    monkeypatch.setattr(tinyllama, "chat_template", template)
    with pytest.raises(TrainingProblem, match=words):
        conversation_of(tinyllama, system="Be brief.", before="Read:\n", after="")


def test_a_tokenizer_that_merges_a_line_break_with_a_text_is_refused(tmp_path):
    def write(folder):
        write_tinyllama_tokenizer(folder, 32_000)
        path = folder / "tokenizer.json"
        whole = json.loads(path.read_text())
        whole["model"]["vocab"]["<0x0A>Re"] = 32_000
        whole["model"]["merges"].insert(0, ["<0x0A>", "Re"])
        whole["model"]["merges"].insert(0, ["R", "e"])
        path.write_text(json.dumps(whole))

    with pytest.raises(TrainingProblem, match="merges a line break"):
        plain_ids(loaded(tmp_path, write), ["Revenue"])
