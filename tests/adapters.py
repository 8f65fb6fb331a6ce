"""Adapters with random weights, saved, carded and recorded as the trainer does."""

from pathlib import Path

from evaluator.spec import AdapterRef
from trainer.run import AdapterCard, TrainedRow, adapter_id_of, make_config_canonical, write_card, write_trained
from trainer.spec import RunSpec


def write_adapter(
    folder: Path, base: str, *, seed: int, objective: str = "step_by_step", trained: str = "t", toy: bool = False
) -> AdapterRef:
    """On `base`, a folder or a name, as if trained on one text, `trained`."""
    from peft import LoraConfig, get_peft_model
    from transformers import set_seed

    from trainer.model import fingerprint, load_base, save_adapter

    model = load_base(base, None, quantization="none", dtype="float32")
    set_seed(seed)
    lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False, task_type="CAUSAL_LM")
    save_adapter(get_peft_model(model, lora), folder)
    make_config_canonical(folder, base)
    write_trained(folder, [TrainedRow(label_id="label", text_id=trained)])
    card = AdapterCard(
        adapter_id=adapter_id_of(folder),
        base=base,
        base_fingerprint=fingerprint(base, model),
        toy=toy,
        teacher="extractive",
        recipe="r",
        spec=a_run(folder, base, seed=seed, objective=objective),
    )
    write_card(folder, card)
    return AdapterRef(adapter_id=card.adapter_id, folder=folder)


def carded(folder: Path) -> str:
    """Card and record, as the trainer adds them, for weights and a configuration that nobody trained; the adapter's id."""
    write_trained(folder, [TrainedRow(label_id="label", text_id="t")])
    card = AdapterCard(
        adapter_id=adapter_id_of(folder),
        base="seedling",
        base_fingerprint="f",
        toy=True,
        teacher="extractive",
        recipe="r",
        spec=a_run(folder, "seedling", seed=1, objective="step_by_step"),
    )
    write_card(folder, card)
    return card.adapter_id


def a_run(folder: Path, base: str, *, seed: int, objective: str) -> RunSpec:
    fields = {
        "snapshot_dir": folder, "snapshot_id": "s", "base": base, "base_revision": None, "quantization": "none",
        "start": "scratch", "parent_adapter": None, "parent_id": None, "replay_rows": 0, "objective": objective,
        "rationale_weight": 0.5, "epochs": 1, "lora_r": 4, "lora_alpha": 8, "learning_rate": 1e-3, "batch_size": 4,
        "grad_accumulation": 1, "max_tokens": 384, "seed": seed, "threads": 1,
    }  # fmt: skip
    return RunSpec.model_validate(fields)
