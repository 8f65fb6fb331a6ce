"""The loss against a value computed one example at a time, without padding, from plain log-softmax."""

import pytest
import torch

from trainer.batches import collate
from trainer.loss import weighted_loss
from trainer.model import load_base, load_tokenizer, train_in_float32, with_adapter
from trainer.rows import Example
from trainer.sft import build_trainer

SHAPES = [(9, 4), (30, 10), (12, 11), (25, 5), (7, 3), (18, 2), (6, 5), (40, 20)]  # tokens, where the answer starts
EXAMPLES = [
    Example(tuple(range(10, 10 + tokens)), start, 0.5 if place % 2 else 1.0)
    for place, (tokens, start) in enumerate(SHAPES)
]


def a_model(spec):
    torch.manual_seed(3)
    return with_adapter(load_base(spec.base, None, quantization=spec.quantization, dtype="float32"), spec)


def by_hand(model, examples):
    total = 0.0
    for example in examples:
        with torch.no_grad():
            log_probs = model(input_ids=torch.tensor([example.ids])).logits[0].log_softmax(-1)
        places = range(example.answer_start, len(example.ids))
        nll = [-float(log_probs[place - 1, example.ids[place]]) for place in places]
        total += example.weight * sum(nll) / len(nll)
    return total / sum(example.weight for example in examples)


def train(spec, tmp_path):
    model = a_model(spec)
    expected = by_hand(model, EXAMPLES)
    trainer = build_trainer(
        model,
        load_tokenizer(spec.base, None),
        EXAMPLES,
        spec=spec,
        dtype="float32",
        scratch_dir=tmp_path,
        report=lambda *_: None,
    )
    train_in_float32(model)
    trainer.train()
    learned = torch.cat([p.detach().flatten() for p in model.parameters() if p.requires_grad])
    return expected, trainer.losses, learned


def test_the_loss_is_each_examples_own_mean_averaged_by_weight(a_spec):
    model, weights = a_model(a_spec()), torch.tensor(sum(e.weight for e in EXAMPLES))
    loss = weighted_loss(model, collate(EXAMPLES, pad_id=2), weights)
    assert float(loss.detach()) == pytest.approx(by_hand(model, EXAMPLES), abs=1e-6)


@pytest.mark.parametrize(("batch_size", "accumulation"), [(8, 1), (4, 2), (2, 4), (3, 3)])
def test_the_trainer_sees_the_same_loss_however_a_step_is_cut_into_batches(a_spec, tmp_path, batch_size, accumulation):
    spec = a_spec(batch_size=batch_size, grad_accumulation=accumulation, epochs=3)
    expected, losses, _ = train(spec, tmp_path)
    assert losses[0] == pytest.approx(expected, abs=1e-6)
    assert len(losses) == 3


def test_accumulated_gradients_lead_to_the_same_weights(a_spec, tmp_path):
    whole, cut = (train(a_spec(batch_size=b, grad_accumulation=8 // b, epochs=3), tmp_path)[2] for b in (8, 2))
    assert torch.allclose(whole, cut, atol=1e-5)
    assert not torch.allclose(whole, whole * 0, atol=1e-3)


def gradients(model):
    model.train().zero_grad()
    weighted_loss(model, collate(EXAMPLES, pad_id=2), torch.tensor(6.0)).backward()
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.requires_grad])


def test_an_evaluation_between_two_steps_leaves_the_gradients_of_a_4bit_base_alone(a_spec):
    model = a_model(a_spec(quantization="nf4"))
    before = gradients(model)
    with torch.no_grad():
        model.eval()(input_ids=torch.tensor([[5, 6, 7]]))
    assert before.abs().max() > 0
    assert torch.equal(gradients(model), before)
