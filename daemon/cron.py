"""Cron lines as cron(5) reads them. Pure."""

import re
from typing import Final

from apscheduler.triggers.cron import CronTrigger

_NAMES: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # 0 and 7 are Sunday
_NUMBERS: Final = re.compile(r"([0-7])(?:-([0-7]))?(?:/(\d+))?")


def cron_trigger(line: str) -> CronTrigger:
    """In UTC. Raises ValueError with what is wrong.

    apscheduler counts the days of the week from Monday = 0, cron from Sunday = 0: "1-5" would be Tuesday to Saturday.
    """
    fields = line.split()
    if len(fields) == 5:
        fields[4] = ",".join(_days(part) for part in fields[4].split(","))
    return CronTrigger.from_crontab(" ".join(fields), timezone="UTC")


def _days(part: str) -> str:
    """Numbers become names, one by one, because a range from Sunday on would run backwards in apscheduler's week."""
    found = _NUMBERS.fullmatch(part)
    if found is None:
        return part
    first, last, step = int(found[1]), int(found[2] or found[1]), int(found[3] or 1)
    if last < first or step < 1:
        raise ValueError(f"{part!r} is no range of days: 0 and 7 are Sunday, 1-5 Monday to Friday")
    return ",".join(dict.fromkeys(_NAMES[day] for day in range(first, last + 1, step)))
