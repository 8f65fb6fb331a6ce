"""What can stop an evaluation; `reason` is the short word the outcome, the log and the alert carry."""

from store.errors import FinsdistillError


class CannotScore(FinsdistillError):
    """No score came out, and the sentence says what to do. Never a score of 0 instead."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail
