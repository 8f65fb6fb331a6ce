"""The tour as a newcomer takes it: one real run of the command, looked at from all sides."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.driving import COMMAND, PATIENCE_S, Home

PATIENCE: float = 3 * PATIENCE_S

pytestmark = pytest.mark.slow

HISTORY = """
SELECT a.adapter_id, a.rows, a.start, a.status, m.system, m.value, m.low, m.high
FROM adapters a JOIN metrics m ON m.adapter_id = a.adapter_id
WHERE m.field = 'summary' AND m.metric = 'rougeL' ORDER BY a.recorded_at, m.system
"""


class Demo(Home):
    """A demo that ran to its end, and what it printed."""

    printed: str = ""

    def ask(self, query: str) -> list[dict[str, Any]]:
        done = self.run("sql", query, "--format", "json", "--config", "demo/config.toml")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    home = Demo(tmp_path_factory.mktemp("demo"))
    done = subprocess.run(
        [COMMAND, "demo", "--dir", "demo", "--seed", "0"],
        cwd=home.folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    home.printed = done.stdout
    return home


def line_of(adapter: str, history: list[dict[str, Any]]) -> str:
    rows = [row for row in history if row["adapter_id"] == adapter]
    scores = (f"{row['system']} {row['value']:.3f} [{row['low']:.3f}, {row['high']:.3f}]" for row in rows)
    return f"{adapter[:8]} {rows[0]['rows']} rows, {rows[0]['start']}, {rows[0]['status']}: {', '.join(scores)}"


def test_every_sample_filing_was_found_by_polling_and_chunked_once(demo: Demo) -> None:
    assert demo.ask("SELECT status, source, count(*) AS n FROM filings GROUP BY ALL") == [
        {"status": "chunked", "source": "sample", "n": 37}
    ]
    fetched = (
        "SELECT max(n) AS most FROM (SELECT count(*) AS n FROM events WHERE type = 'FilingFetched' GROUP BY stream)"
    )
    assert demo.ask(fetched) == [{"most": 1}]


def test_the_last_champion_is_surely_better_than_the_base_after_at_least_three_trainings(
    demo: Demo, record_property: Any
) -> None:
    history = demo.ask(HISTORY)
    adapters = list(dict.fromkeys(row["adapter_id"] for row in history))
    record_property("history of the demo, seed 0", "\n".join(line_of(name, history) for name in adapters))
    champion = next(row["adapter_id"] for row in reversed(history) if row["status"] == "champion")
    scores = {row["system"]: row for row in history if row["adapter_id"] == champion}
    assert len(adapters) >= 3
    assert scores["challenger"]["low"] > scores["base"]["high"]
    assert scores["self"]["value"] == 1.0


def test_all_adapters_were_scored_on_one_frozen_set_that_no_training_company_is_in(demo: Demo) -> None:
    assert demo.ask("SELECT count(DISTINCT eval_set) AS n FROM metrics") == [{"n": 1}]
    shared = "SELECT text_id FROM occurrences GROUP BY text_id HAVING min(split) <> max(split)"
    assert demo.ask(shared) == []
    assert demo.ask("SELECT count(*) AS n FROM companies WHERE split = 'heldout'") == [{"n": 3}]


@pytest.mark.parametrize(
    "words",
    [
        *("appears", "read", "labels", "sealed", "trained", "scored", "decision"),
        *("invented", "toy", "lead2", "random2", "Three triplets", "of a demo", "finsdistill doctor"),
    ],
)
def test_the_screen_shows_each_step_and_says_what_it_was(demo: Demo, words: str) -> None:
    assert words in demo.printed


def test_its_log_is_refused_by_a_real_service_with_exit_code_3(demo: Demo) -> None:
    done = demo.run("run", "--config", "demo/config.toml")
    assert done.returncode == 3
    assert "is a demo log and this is a real run" in done.stderr


def test_its_projections_equal_their_rebuild(demo: Demo) -> None:
    done = demo.run("rebuild", "--verify", "--config", "demo/config.toml")
    assert done.returncode == 0, done.stderr


def test_ctrl_c_ends_it_cleanly(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "demo", "--dir", "demo"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    next(line for line in process.stdout if "read" in line)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert "Stopped before its end" in out


def test_what_is_nearly_a_held_out_text_trains_nobody_and_what_is_nearly_another_is_not_asked(demo: Demo) -> None:
    barred = (
        "SELECT bool_and(split = 'both' AND NOT eligible) AS held FROM triplets JOIN links USING (text_id) WHERE across"
    )
    assert demo.ask(barred) == [{"held": True}]
    spoken_for = "SELECT count(*) AS n FROM labels JOIN links USING (text_id) WHERE NOT across"
    assert demo.ask(spoken_for) == [{"n": 0}]
