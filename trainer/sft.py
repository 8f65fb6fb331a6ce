"""trl's SFTTrainer with our loss, our order and our batches. Heavy: imports torch, transformers and trl."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from datasets import Dataset
from transformers import TrainerCallback
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from trainer.batches import Batch, LengthSampler, collate
from trainer.hardware import Dtype
from trainer.loss import weighted_loss
from trainer.rows import Example
from trainer.spec import RunSpec, TrainingProblem


class WeightedTrainer(SFTTrainer):
    """Trains only. `losses` has one number per optimizer step."""

    # `weighted_loss` divides by the whole step's weight, so the trainer must not divide by the accumulation again.
    loss_is_scaled_for_ga = True  # type: ignore[assignment]  # declared `bool | None` there, read as None

    def __init__(self, *, examples: Sequence[Example], spec: RunSpec, **kwargs: Any) -> None:
        self._lengths = [len(example.ids) for example in examples]
        self._spec = spec
        self._shares: list[torch.Tensor] = []
        self.losses: list[float] = []
        super().__init__(**kwargs)

    def _get_train_sampler(self, train_dataset: Any = None) -> LengthSampler:  # noqa: ARG002 - the base class's shape
        return LengthSampler(self._lengths, self._spec.batch_size, seed=self._spec.seed)

    def _get_num_items_in_batch(self, batch_samples: list[Batch], device: torch.device) -> torch.Tensor:
        """The weights of the whole step, of every process: what `weighted_loss` divides by."""
        local = torch.cat([batch["weights"] for batch in batch_samples]).sum().to(device)
        total: torch.Tensor = self.accelerator.gather(local).sum()
        return total

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        if return_outputs or num_items_in_batch is None:
            raise TrainingProblem("this trainer only trains: score with the evaluator")
        loss = weighted_loss(model, cast(Batch, inputs), num_items_in_batch)
        self._shares.append(loss.detach())
        # Gradients are averaged over processes, while the divisor above counts the weights of all of them.
        return loss * int(self.accelerator.num_processes)

    def close_step(self) -> float:
        """The loss of the optimizer step that just ended. Raises TrainingProblem when it is not a number."""
        loss = float(torch.stack(self._shares).sum())
        self._shares.clear()
        self.losses.append(loss)
        if not math.isfinite(loss):
            raise TrainingProblem(f"the loss is {loss} at step {len(self.losses)}: lower [trainer] learning_rate")
        return loss


class StepReport(TrainerCallback):
    """Calls `report(done, total, loss)` after each optimizer step."""

    def __init__(self, report: Callable[[int, int, float | None], None]) -> None:
        self._report = report
        self.trainer: WeightedTrainer | None = None

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:  # noqa: ARG002 - the base's shape
        if self.trainer is not None:
            self._report(state.global_step, state.max_steps, self.trainer.close_step())


def build_trainer(
    model: Any,
    tokenizer: Any,
    examples: Sequence[Example],
    *,
    spec: RunSpec,
    dtype: Dtype,
    scratch_dir: Path,
    report: Callable[[int, int, float | None], None],
) -> WeightedTrainer:
    """`scratch_dir` must exist for the libraries' sake; nothing is written there."""
    pad_id = tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id
    callback = StepReport(report)
    trainer = WeightedTrainer(
        examples=examples,
        spec=spec,
        model=model,
        args=_config(spec, steps=steps_of(len(examples), spec), dtype=dtype, scratch_dir=scratch_dir),
        # The trainer insists on a `Dataset`; the examples stay where they are and it carries their places only.
        train_dataset=Dataset.from_dict({"place": list(range(len(examples)))}),
        data_collator=lambda items: collate([examples[item["place"]] for item in items], pad_id),
        processing_class=tokenizer,
        callbacks=[callback],
    )
    callback.trainer = trainer
    return trainer


def steps_of(examples: int, spec: RunSpec) -> int:
    """Optimizer steps of the whole run on one process; the last step of an epoch may be short."""
    return math.ceil(math.ceil(examples / spec.batch_size) / spec.grad_accumulation) * spec.epochs


def _config(spec: RunSpec, *, steps: int, dtype: Dtype, scratch_dir: Path) -> SFTConfig:
    return SFTConfig(
        output_dir=str(scratch_dir),
        num_train_epochs=spec.epochs,
        per_device_train_batch_size=spec.batch_size,
        gradient_accumulation_steps=spec.grad_accumulation,
        learning_rate=spec.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=max(1, steps // 20),
        weight_decay=0.0,
        max_grad_norm=1.0,
        optim="adamw_torch",
        seed=spec.seed,
        bf16=dtype == "bfloat16",  # trl's default is true, also on a CPU
        activation_checkpointing=False,
        gradient_checkpointing=False,  # trl's own default, which is true, still has the old name
        max_length=None,  # truncation would cut the answers; `rows` has cut the texts
        dataset_kwargs={"skip_prepare_dataset": True},
        remove_unused_columns=False,
        dataloader_pin_memory=torch.cuda.is_available(),
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )
