"""Pending texts in: ChunkLabelled, or LabelRefused and at last ChunkDeadLettered, out."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

import structlog

from daemon.activity import Activity
from daemon.handover import Handover
from daemon.labelling.breaker import Breaker
from daemon.labelling.budget import Budget
from daemon.labelling.pauses import Cause, Pause, Pauses
from daemon.labelling.pending import PendingTexts
from daemon.labelling.recipes import Recipes
from daemon.labelling.verdicts import Asked, Rules, Verdict, request_id, verdict
from daemon.standing import Standing
from daemon.teachers.client import WorkerDied
from daemon.teachers.protocol import TeacherInfo
from daemon.teachers.recipe import Recipe
from daemon.teachers.supervisor import Outcome, SupervisedTeacher
from store.events import ChunkDeadLettered, LabelRefused
from store.ids import sha256_hex
from store.records import Append

_WAIT_S: Final = 0.5  # for an outcome; bounds how long a stop waits for us


@dataclass(frozen=True)
class Guards:
    """What may keep labelling waiting."""

    recipes: Recipes
    pauses: Pauses
    breaker: Breaker
    budget: Budget
    hold: Callable[[], bool] = lambda: False  # when not to ask, for a reason that passes by itself
    look_again_s: float = (
        60.0  # until a teacher that is cheap to open, and is another one now, is asked again who it is
    )


class Label:
    """Keeps a window of texts with the teacher and commits what comes back as one batch."""

    def __init__(
        self,
        standing: Standing,
        teacher: Callable[[Callable[[TeacherInfo], bool]], SupervisedTeacher],
        *,
        guards: Guards,
        rules: Rules,
        window: int,
        activity: Activity,
        gpu: Handover,
        met: Callable[[], None] = lambda: None,
        early: bool = False,
    ) -> None:
        """`teacher` is made with the question whether who answers may label. `window`: texts with it at once. `met` is called
        when it is known who answers. `early`: that is found out before there is a text to ask."""
        self._log, self._guards, self._rules, self._window = standing.log, guards, rules, window
        self._activity, self._gpu, self._met, self._early = activity, gpu, met, early
        self._teacher = teacher(self._approve)
        self._standing, self._texts = standing, PendingTexts(standing)
        self._asked: dict[str, Asked] = {}
        self._shown_at = self._met_at = 0.0
        self._mourned: WorkerDied | None = None
        self._words = structlog.get_logger()

    @property
    def paused(self) -> str | None:
        """Why labelling waits for something that does not come by itself soon."""
        pause = self._guards.pauses.now  # once: the step's own thread may end it meanwhile
        return pause.reason if pause else None

    def advance(self) -> bool:
        self._standing.look()  # also where nothing may be asked: the figures of `status` come from it
        self._watch()
        if self._gpu.holder == "teacher" and not self._guards.hold():
            if self._guards.recipes.labels:
                self._ask()
            elif self._must_meet():
                return self._meet()
        if not self._asked:
            self._activity.clear("labelling")
            return self._leave()
        self._record(self._teacher.outcomes(_WAIT_S))
        self._tell()
        return self._teacher.away is None

    @property
    def wanted(self) -> str | None:
        """The configured recipe; None until a teacher elsewhere has said who it is."""
        return self._guards.recipes.wanted

    @property
    def configured(self) -> Recipe:
        """As it was when the service started."""
        return self._guards.recipes.configured

    def stuck(self) -> str | None:
        """Why texts wait for a label although nothing is left to do; None when none does."""
        self._watch()  # it may have gone since the last look
        pause = self._guards.pauses.now
        if pause is None:
            return None
        totals = self._standing.now().totals
        left = totals.pending if self._guards.recipes.is_one_active else totals.texts
        return pause.reason if left or pause.cause == "decision" else None

    @property
    def waiting(self) -> bool:
        return False

    def close(self) -> None:
        self._teacher.close()

    def _watch(self) -> None:
        """Begins and ends pauses."""
        recipes, pauses = self._guards.recipes, self._guards.pauses
        recipes.look()  # a person may have decided
        if self._asked and not recipes.labels:
            # About one who has turned back since, at this very moment.
            self._forget()
            self._teacher.dismiss()
        whys: tuple[tuple[Cause, str | None], ...] = (
            ("decision", recipes.question),
            ("away", self._teacher.away),
            ("breaker", self._guards.breaker.why),
            ("budget", self._guards.budget.why),
        )
        cause, why = next(((cause, why) for cause, why in whys if why is not None), (None, None))
        if cause is not None and why is not None:
            pauses.begin(Pause(cause, recipes.wanted, why))
        elif recipes.labels and recipes.wanted is not None:
            pauses.end(recipes.wanted)

    def _approve(self, info: TeacherInfo) -> bool:
        """Whether who answers may label. What another teacher was asked is forgotten: it is still pending."""
        recipes = self._guards.recipes
        before = recipes.wanted
        may_label, self._met_at = recipes.met(info), monotonic()
        self._met()
        word = "teacher_ready" if may_label else "teacher_changed"
        self._words.info(word, model=info.model, revision=info.revision, fingerprint=info.fingerprint)
        if not may_label or recipes.wanted != before:  # the answers of one are not the other's
            self._forget()
            self._teacher.forget()
        return may_label

    def _forget(self) -> None:
        """What was asked is to be asked again."""
        self._asked.clear()
        self._texts.forget()

    def _must_meet(self) -> bool:
        """Whether it is to be found out who answers. A model takes minutes to load: not before there is a text for it."""
        recipes = self._guards.recipes
        if recipes.wanted is not None:
            return self._early and monotonic() >= self._met_at + self._guards.look_again_s
        totals = self._standing.now().totals
        return self._early or (totals.pending if recipes.may_go_on else totals.texts) > 0

    def _meet(self) -> bool:
        self._activity.show("labelling", 0, None, "the teacher is loading")
        self._teacher.meet(_WAIT_S)
        self._tell()
        return self._teacher.away is None

    def _leave(self) -> bool:
        """Ends the worker when the training has asked for the GPU; the next text starts it again."""
        if self._gpu.holder != "leaving":
            return False
        self._teacher.close()
        self._gpu.leave()
        self._words.info("teacher_left_the_gpu")
        return True

    def _tell(self) -> None:
        """Loading a model takes minutes, in which nothing else would show that anything goes on; a death is mended and told."""
        if (death := self._teacher.last_death) is not self._mourned:
            self._mourned = death
            self._activity.trouble(f"started again: {death}")
            self._words.warning("teacher_died", why=str(death))
        if self._teacher.info is None and self._asked:
            self._activity.show("labelling", 0, None, "the teacher is loading")

    def _show(self) -> None:
        """At most once a second: more often nobody reads it."""
        if monotonic() < self._shown_at + 1.0:
            return
        self._shown_at = monotonic()
        totals = self._standing.now().totals
        self._activity.show("labelling", totals.labelled, totals.labelled + totals.pending)

    def _ask(self) -> None:
        room, recipe = self._room(), self._guards.recipes.wanted
        if room <= 0 or recipe is None:
            return
        entries = self._texts.take(room, recipe, flying={entry.pending.text_id for entry in self._asked.values()})
        self._asked.update({entry.request.request_id: entry for entry in entries})
        self._teacher.submit(entry.request for entry in entries)

    def _room(self) -> int:
        """Texts to be asked now: many at a time where many may be, so that a look into the log serves many."""
        allowed = self._guards.breaker.room()
        if self._guards.budget.why is not None:
            return 0
        if allowed is not None:
            return allowed - len(self._asked)
        return self._window - len(self._asked) if len(self._asked) <= self._window // 2 else 0

    def _record(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        entries = [(self._asked.pop(request_id(outcome)), outcome) for outcome in outcomes]
        # Held-out ones first, as they were asked: a snapshot that is sealed at one of the others has them then.
        entries.sort(key=lambda one: one[0].pending.training)
        verdicts = [verdict(entry, outcome, self._rules) for entry, outcome in entries]
        recipe = entries[0][0].recipe
        # By what was asked, each of which is settled once: an answer may be the same as one before a requeue.
        settled = "|".join([recipe, *(request_id(outcome) for outcome in outcomes)])
        events = tuple(event for one in verdicts for event in one)
        self._words.debug("labels_appending", events=len(events))
        self._log.append(Append(f"recipe-{recipe}", events, f"labels-{sha256_hex(settled)[:32]}"))
        self._words.debug("labels_appended", events=len(events))
        for one in verdicts:
            self._count(one[0])
        self._show()

    def _count(self, first: Verdict) -> None:
        """`first` of an outcome's events is what came of the answer."""
        if isinstance(first, ChunkDeadLettered):
            return
        reason = first.reason if isinstance(first, LabelRefused) else None
        self._guards.breaker.note(reason)
        self._guards.budget.use(first.prompt_tokens + first.completion_tokens)
        if isinstance(first, LabelRefused):
            self._words.debug("label_refused", text_id=first.text_id, reason=reason, detail=first.detail)
