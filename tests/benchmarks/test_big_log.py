"""The logs that benchmarks build in bulk are what the service itself would have written."""

from benchmarks.big_facts import Size
from benchmarks.big_log import build
from store.log import open_log
from store.rebuild import verify


def test_a_log_built_in_bulk_is_accepted_and_equals_its_rebuild(tmp_path):
    build(Size(events=15_000, real=True), tmp_path / "state")
    log = open_log(tmp_path / "state", purpose="real")
    try:
        assert log.head.seq >= 15_000
        proofs = {proof.table: proof for proof in verify(log, lambda _: None)}
        assert all(proof.agrees for proof in proofs.values())
        rare = ("labels", "refusals", "dead_letters", "label_changes", "chunk_changes")
        assert all(proofs[table].rows for table in rare)
    finally:
        log.close()


def test_the_mix_is_a_real_service_s(tmp_path):
    build(Size(events=15_000, real=False), tmp_path / "state", publish=False)
    log = open_log(tmp_path / "state", purpose="real")
    try:
        ((chunks, texts, heldout),) = log.query(
            "SELECT count(*), count(DISTINCT text_id), avg((split = 'heldout')::INT) FROM occurrences"
        )
        ((pending, linked),) = log.query("SELECT (SELECT count(*) FROM pending), (SELECT count(*) FROM links)")
        assert 0.93 < texts / chunks < 0.98 and 0.05 < heldout < 0.2 and 0.4 < pending / texts < 0.55
        assert 0.05 < linked / texts < 0.15
        assert log.query("SELECT teacher FROM recipes WHERE active") == [("extractive",)]
    finally:
        log.close()
