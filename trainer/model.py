"""The base model and its adapter, LoRA and QLoRA by one code path. Heavy: imports torch, transformers and peft."""

import hashlib
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils.logging import disable_progress_bar

from trainer.hardware import Dtype
from trainer.run import CONFIG, WEIGHTS, check_adapter
from trainer.spec import Quantization, RunSpec, TrainingProblem, resolve_base


def load_tokenizer(base: str, revision: str | None) -> PreTrainedTokenizerBase:
    """Raises TrainingProblem when it is not there."""
    try:
        tokenizer = AutoTokenizer.from_pretrained(resolve_base(base), revision=revision, trust_remote_code=False)
    except (OSError, ValueError) as cause:
        raise TrainingProblem(_cannot_load(base, revision, cause)) from cause
    return tokenizer


def load_base(base: str, revision: str | None, *, quantization: Quantization, dtype: Dtype) -> PreTrainedModel:
    """On the GPU if there is one. Safetensors only, and never code from the model's own repository.

    Raises TrainingProblem when it is not there.
    """
    devices = {"": 0} if torch.cuda.is_available() else {"": "cpu"}
    try:
        return load_causal_lm(resolve_base(base), revision, quantization=quantization, dtype=dtype, device_map=devices)
    except (OSError, ValueError) as cause:
        raise TrainingProblem(_cannot_load(base, revision, cause)) from cause


def load_causal_lm(
    name: str, revision: str | None, *, quantization: Quantization, dtype: Dtype, device_map: Any
) -> PreTrainedModel:
    """`name` is a folder or a hub id. The teacher is loaded this way too. Raises OSError or ValueError, as the library does."""
    kwargs: dict[str, Any] = {"quantization_config": _nf4(dtype)} if quantization == "nf4" else {}
    disable_progress_bar()  # type: ignore[no-untyped-call]  # in a log, where the last lines must say why a child ended
    model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
        name,
        revision=revision,
        dtype=_torch_dtype(dtype),
        use_safetensors=True,
        trust_remote_code=False,
        device_map=device_map,
        attn_implementation="sdpa",
        **kwargs,
    )
    keep_4bit_weights_as_packed(model)
    return model


def keep_4bit_weights_as_packed(model: torch.nn.Module) -> None:
    """Guard 1. On CPUs with AVX512-BF16 the first evaluation repacks the 4-bit weights in place: gradients are silently
    wrong afterwards (0.87 relative, measured), or it crashes where a dimension is no multiple of 64."""
    for module in model.modules():
        if type(module).__name__ == "Linear4bit":
            module.support_avx512bf16_for_cpu = False  # type: ignore[assignment]  # a plain flag on the module


def with_adapter(base: PreTrainedModel, spec: RunSpec) -> PeftModel:
    """A fresh LoRA on every linear layer of attention and MLP, or the parent's, made trainable again.

    Raises TrainingProblem when the parent is damaged, or was made with another rank.
    """
    if spec.parent_adapter is None or spec.parent_id is None:
        config = LoraConfig(
            r=spec.lora_r,
            lora_alpha=spec.lora_alpha,
            lora_dropout=0.0,
            target_modules="all-linear",  # peft leaves the output layer out, whatever the architecture calls the others
            bias="none",
            task_type="CAUSAL_LM",
        )
        return get_peft_model(base, config)
    return _parent(base, spec.parent_adapter, spec.parent_id, spec)


def load_adapter(base: PreTrainedModel, adapter: Path, adapter_id: str, *, trainable: bool = False) -> PeftModel:
    """Checks the files against the id first. Raises TrainingProblem when they differ."""
    check_adapter(adapter, adapter_id)
    return PeftModel.from_pretrained(base, str(adapter), is_trainable=trainable)


def train_in_float32(model: torch.nn.Module) -> int:
    """Guards 2 and 3: called after the trainer is built, which casts a quantised model's adapter to bfloat16; a resumed
    run would then not be the run it resumes. Returns how many parameters learn; raises TrainingProblem when none do.
    """
    learning = 0
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.to(torch.float32)
            learning += parameter.numel()
    if learning == 0:
        raise TrainingProblem("no parameter is trainable: the adapter was loaded for reading only; report this error")
    return learning


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Weights as safetensors and the configuration; nothing else, and no look at the hub."""
    model.save_pretrained(str(folder), save_embedding_layers=False)
    for path in folder.iterdir():
        if path.name not in (WEIGHTS, CONFIG):
            path.unlink()  # the model card that peft generates says nothing ours does not


def fingerprint(base: str, model: PreTrainedModel) -> str:
    """`sha256:…` over a local base's weight files in name order, `commit:…` for one from the hub.

    Raises TrainingProblem when the hub's cache does not say which commit it holds.
    """
    folder = Path(resolve_base(base))
    if not folder.is_dir():
        commit = getattr(model.config, "_commit_hash", None)
        if commit is None:
            raise TrainingProblem(
                f"the cache does not say which commit of {base} it holds: load it anew, or name a folder"
            )
        return f"commit:{commit}"
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _parent(base: PreTrainedModel, adapter: Path, adapter_id: str, spec: RunSpec) -> PeftModel:
    model = load_adapter(base, adapter, adapter_id, trainable=True)
    config: Any = model.peft_config["default"]
    found = (config.r, config.lora_alpha)
    if found != (spec.lora_r, spec.lora_alpha):
        raise TrainingProblem(
            f"the parent adapter has (lora_r, lora_alpha) = {found}, the run {(spec.lora_r, spec.lora_alpha)}: "
            'put the old values back, or set [trainer] retrain = "scratch"'
        )
    return model


def _nf4(dtype: Dtype) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=_torch_dtype(dtype),
    )


def _torch_dtype(dtype: Dtype) -> torch.dtype:
    return torch.bfloat16 if dtype == "bfloat16" else torch.float32


def _cannot_load(base: str, revision: str | None, cause: Exception) -> str:
    at = "" if revision is None else f" at revision {revision}"
    first = str(cause).strip().splitlines()[0][:300]
    return (
        f"base {base!r}{at} cannot be loaded ({first}): check [student] base, access to it, and that it has safetensors"
    )
