"""SIGHUP: the configuration again. What can change while it runs does; the rest is named and waits for a restart."""

from collections.abc import Iterable
from typing import Final

import structlog
from pydantic import BaseModel

from daemon.app import App
from daemon.logs import set_up_logs
from daemon.parts import plans_of
from daemon.settings import Settings
from daemon.ticking import Ticks
from trainer.hardware import look

# Everything of `trainer`, and these. Teacher, prompt and student never change without a decision, and `heldout` for good.
_SECTIONS: Final = frozenset({"trainer"})
_KEYS: Final = frozenset(
    {
        *("service.publish_every_s", "service.log_level", "service.log_format", "service.min_free_gib"),
        *("edgar.companies", "edgar.forms", "edgar.since", "edgar.poll"),
        *("evaluator.max_examples", "evaluator.max_summary_tokens", "evaluator.max_rationale_tokens", "evaluator.seed"),
    }
)

_POLLED: Final = frozenset({"edgar.companies", "edgar.since", "edgar.poll"})


def changed_keys(old: Settings, new: Settings) -> tuple[str, ...]:
    """`section.key` of each difference, in the order of the sections. Pure."""
    return tuple(
        f"{name}.{key}"
        for name in Settings.model_fields
        for key in _differences(getattr(old, name), getattr(new, name))
    )


def _differences(old: BaseModel, new: BaseModel) -> Iterable[str]:
    keys = dict.fromkeys([*type(old).model_fields, *type(new).model_fields])
    return (key for key in keys if getattr(old, key, None) != getattr(new, key, None))


def follows(key: str) -> bool:
    """Whether a running service follows a change of that key."""
    return key in _KEYS or key.partition(".")[0] in _SECTIONS


def waiting_of(changed: Iterable[str], *, polling: bool) -> list[str]:
    """What only a restart follows. A service that began without a User-Agent has nothing that could poll. Pure."""
    return [key for key in changed if not follows(key) or (not polling and key in _POLLED)]


def merged(old: Settings, new: Settings) -> Settings:
    """`old` with what a running service follows of `new`. Pure."""
    changed = [key.split(".") for key in changed_keys(old, new) if follows(key)]
    sections = {name for name, _ in changed}
    updates = {
        name: getattr(old, name).model_copy(update={k: getattr(getattr(new, name), k) for n, k in changed if n == name})
        for name in sections
    }
    return old.model_copy(update=updates)


def follow(app: App, ticks: Ticks, new: Settings) -> None:
    """Applies what can be applied and says what cannot. Raises PromptProblem, and has then applied nothing."""
    asked = new.teacher.on(look()).recipe()
    changed = changed_keys(app.settings, new)
    app.settings = merged(app.settings, new)
    set_up_logs(app.settings.service.log_level, app.settings.service.log_format)
    app.train.replan(plans_of(app.settings), app.settings.trainer.threshold)
    app.ingest.forms = frozenset(app.settings.edgar.forms)
    if app.edgar is not None:
        app.edgar.follow(app.settings.edgar)
    ticks.follow(app.settings)
    app.poll()
    waiting = waiting_of(changed, polling=app.edgar is not None)
    if not asked.asks_like(app.label.configured) and not any(key.startswith("teacher.") for key in waiting):
        waiting.append("the prompt's text")  # the key names the same file
    words = structlog.get_logger()
    words.info("reloaded", changed=[key for key in changed if key not in waiting])
    if waiting:
        words.warning("restart_needed", keys=waiting)
        app.activity.trouble(f"changed in the configuration and followed only after a restart: {', '.join(waiting)}")
