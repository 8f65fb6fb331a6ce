"""What tidying does to the published set: fewer files, no old ones, and what was damaged made again from the log."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from store.errors import StateUnusable
from store.publishing.manifest import Manifest
from store.publishing.publish import Publisher
from store.publishing.segments import Published
from store.tables import EVENTS, TABLES
from tests.builders import a_chunk, labelled, put

EVERY_ROW = "SELECT * FROM triplets ORDER BY seq"


def published(state: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def there(state: Path, table: str) -> set[str]:
    return {path.name for path in (state / "published" / table).glob("*")}


def named(publisher: Publisher, table: str) -> set[str]:
    return {Path(segment.file).name for segment in publisher.manifest.segments_of(table)}


def publish_each(publisher, log, count: int, name: str = "Text") -> None:
    for n in range(count):
        put(log, a_chunk(f"{name} {n}."))
        publisher.publish()


def tidy_all(publisher) -> list[str]:
    """The files that were mended on the way."""
    mended: list[str] = []
    worked = True
    while worked:
        tidied = publisher.tidy()
        worked, mended = tidied.worked, [*mended, *tidied.mended]
    return mended


def assert_all_is_there(log, state) -> None:
    for table in (EVENTS, *TABLES):
        rows = published(state, f"SELECT * FROM raw_{table.name} ORDER BY seq")
        assert rows == log.query(f"SELECT * FROM raw.{table.name} ORDER BY seq")


@pytest.fixture
def publisher(log, state, clock) -> Publisher:
    labelled(log, "Sales rose.", "Costs fell.")
    return Publisher(log, state, clock)


@pytest.mark.parametrize("publishes", [1, 9])
def test_merging_keeps_every_row_once_and_in_its_order(publisher, log, state, publishes):
    publish_each(publisher, log, publishes)
    tidy_all(publisher)
    assert_all_is_there(log, state)
    assert len(publisher.manifest.segments_of("events")) <= 3


def test_what_is_published_between_two_merges_is_not_lost(publisher, log, state):
    publish_each(publisher, log, 5, "Before")
    assert publisher.tidy().worked
    publish_each(publisher, log, 5, "After")
    tidy_all(publisher)
    assert_all_is_there(log, state)


def test_merged_away_files_stay_for_a_day_and_then_go(publisher, log, state, clock):
    publish_each(publisher, log, 4)
    before = there(state, "events")
    tidy_all(publisher)
    assert before - named(publisher, "events") == before
    for hours, stay in ((23.9, True), (0.2, False)):
        clock.advance(hours=hours)
        publisher.tidy()
        assert (before <= there(state, "events")) == stay
    assert there(state, "events") == named(publisher, "events")


@pytest.mark.parametrize("found_by", ["the next start", "a look"])
def test_a_lost_manifest_takes_no_file_from_who_reads_for_another_day(publisher, log, state, clock, found_by):
    before, then = there(state, "events"), clock.now.timestamp()
    for path in (state / "published").glob("*/*.parquet"):
        os.utime(path, (then, then))
    clock.advance(days=2)
    (state / "published/manifest.json").unlink()
    if found_by == "a look":
        publisher.look()
        publisher.publish()
    else:
        publisher = Publisher(log, state, clock)
    for hours, stay in ((23.9, True), (0.2, False)):
        clock.advance(hours=hours)
        publisher.tidy()
        assert (before <= there(state, "events")) == stay


def test_a_reader_that_opened_the_set_before_a_merge_reads_on(publisher, log, state):
    with duckdb.connect(str(state / "finsdistill.duckdb"), read_only=True) as reader:
        publish_each(publisher, log, 9)
        tidy_all(publisher)
        assert reader.execute("SELECT count(*) FROM chunks").fetchall() == [(2,)]


def test_a_stop_ends_a_merge_and_leaves_the_set_as_it_was(publisher, log, state):
    publish_each(publisher, log, 5)
    before, files = publisher.manifest, there(state, "events")
    publisher.tidy(stop=lambda: True)
    assert (publisher.manifest, there(state, "events")) == (before, files)


def flip(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 0x40
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("place", "publishes"),
    [(0, 1), (40, 1), (-5, 1), (40, 5), (-40, 5)],
    ids=["first byte", "a page", "the footer's length", "a page, merged", "the footer, merged"],
)
def test_a_flipped_byte_is_found_and_its_rows_are_written_again(publisher, log, state, place, publishes):
    publish_each(publisher, log, publishes)
    harmed = publisher.manifest.segments_of("chunks")[0].file
    flip(state / "published" / harmed, place)
    assert harmed in tidy_all(publisher)
    assert harmed not in publisher.manifest.files
    assert_all_is_there(log, state)


def test_threads_that_find_the_same_damage_mend_it_once(publisher, log, state):
    """The publishing thread looks at sizes, the tidying one reads bytes."""
    put(log, *(a_chunk(f"Text {n}. {'Sales rose. ' * 20}") for n in range(3_000)))
    publisher.publish()
    found = [Published(EVENTS, segment) for segment in publisher.manifest.segments_of("events")]
    flip(state / "published" / found[-1].segment.file, 40)
    begin = threading.Barrier(4)

    def mend() -> None:
        begin.wait()
        publisher.mend(found)

    with ThreadPoolExecutor(4) as pool:
        for mended in [pool.submit(mend) for _ in range(4)]:
            mended.result()
    assert publisher.mended() == (found[-1].segment.file,)
    assert_all_is_there(log, state)


@pytest.mark.parametrize("place", [-5, 40])
def test_a_publish_over_a_flipped_byte_goes_on(publisher, log, state, place):
    flip(state / "published" / publisher.manifest.segments_of("chunks")[0].file, place)
    publish_each(publisher, log, 1)
    tidy_all(publisher)
    assert_all_is_there(log, state)


def remove(state: Path, *names: str) -> None:
    for name in names:
        for path in sorted((state / name).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (state / name).rmdir() if (state / name).is_dir() else (state / name).unlink()


@pytest.mark.parametrize(
    "gone",
    [["published"], ["published/chunks"], ["published/manifest.json"], ["finsdistill.duckdb"]],
    ids=lambda gone: gone[0],
)
@pytest.mark.parametrize("by", ["publish", "tidy"])
def test_what_is_deleted_under_a_running_service_is_made_again(publisher, log, state, clock, gone, by):
    remove(state, *gone)
    clock.advance(seconds=11)
    publish_each(publisher, log, 1) if by == "publish" else publisher.tidy()
    while publisher.publish():
        pass
    assert publisher.tidy().mended if by == "publish" else True
    assert_all_is_there(log, state)


def test_nothing_is_mended_in_a_set_that_is_whole(publisher, log, state, clock):
    publish_each(publisher, log, 5)
    for _ in range(3):
        clock.advance(hours=25)
        assert tidy_all(publisher) == []


def test_bytes_that_flip_later_are_found_the_next_day(publisher, log, state, clock):
    tidy_all(publisher)
    harmed = publisher.manifest.segments_of("chunks")[0].file
    flip(state / "published" / harmed, 40)
    assert tidy_all(publisher) == []
    clock.advance(hours=25)
    assert tidy_all(publisher) == [harmed]


def test_columns_that_an_upgrade_added_are_published_for_old_rows_too(publisher, log, state, clock, open_state):
    manifest = state / "published/manifest.json"
    manifest.write_text(manifest.read_text().replace('"char_end",', ""))
    log.close()
    again = Publisher(open_state(), state, clock)
    assert next(entry.columns for entry in again.manifest.tables if entry.table == "chunks")[7] == "char_end"
    assert published(state, "SELECT char_end FROM chunks ORDER BY seq") == [(11,), (11,)]


def test_a_manifest_without_a_table_that_an_upgrade_added_gets_it(publisher, log, state, clock):
    manifest = publisher.manifest
    tables = tuple(entry for entry in manifest.tables if entry.table != "labels")
    old = manifest.model_copy(update={"tables": tables})
    (state / "published/manifest.json").write_text(old.model_dump_json())
    Publisher(log, state, clock)
    assert_all_is_there(log, state)


def test_a_folder_that_cannot_be_written_is_named_in_one_sentence(publisher, log, state):
    (state / "published").rename(state / "elsewhere")
    (state / "published").write_text("a file, where the folder was")
    put(log, a_chunk("Margins held."))
    with pytest.raises(StateUnusable, match=r"published.* cannot be written"):
        publisher.publish()


def test_files_of_a_crash_go_at_once_or_after_a_day(publisher, log, state, clock):
    left = state / "published/chunks/000000000001-000000000099.parquet"
    left.write_bytes(b"whole, but no manifest names it")
    os.utime(left, (clock.now.timestamp(), clock.now.timestamp()))
    left.with_suffix(".tmp").write_bytes(b"half")
    again = Publisher(log, state, clock)
    assert there(state, "chunks") == {*named(again, "chunks"), left.name}
    clock.advance(days=2)
    again.tidy()
    assert there(state, "chunks") == named(again, "chunks")


def test_a_name_is_never_used_for_other_bytes(publisher, log, state, clock):
    left = state / f"published/chunks/{log.head.seq + 1:012d}-{log.head.seq + 1:012d}.parquet"
    left.write_bytes(b"from a crash")
    publish_each(publisher, log, 1)
    assert left.read_bytes() == b"from a crash"
    assert_all_is_there(log, state)


def test_the_manifest_on_disk_is_the_one_in_use(publisher, log, state):
    publish_each(publisher, log, 5)
    tidy_all(publisher)
    on_disk = Manifest.model_validate_json((state / "published/manifest.json").read_bytes())
    assert on_disk == publisher.manifest


def test_a_full_disk_is_one_sentence_and_leaves_the_set_as_it_was(publisher, log, state):
    put(log, a_chunk("Margins held."))
    name = f"{log.head.seq:012d}-{log.head.seq:012d}.tmp"
    (state / "published/events" / name).symlink_to("/dev/full")
    with pytest.raises(StateUnusable, match=r"cannot be written .No space left on device.: free disk space"):
        publisher.publish()
    assert published(state, "SELECT count(*) FROM chunks") == [(2,)]
    assert not (state / "published/events" / name).is_symlink()
    publisher.publish()
    assert_all_is_there(log, state)


def test_a_disk_that_is_full_while_merging_is_the_same_sentence(publisher, log, state):
    publish_each(publisher, log, 4)
    (state / f"published/events/{1:012d}-{log.head.seq:012d}.tmp").symlink_to("/dev/full")
    before = publisher.manifest
    with pytest.raises(StateUnusable, match=r"cannot be written .No space left on device.: free disk space"):
        publisher.tidy()
    assert publisher.manifest == before
    tidy_all(publisher)
    assert_all_is_there(log, state)


def test_publishing_and_tidying_in_two_threads_lose_nothing(publisher, log, state):
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        tidied = pool.submit(lambda: [publisher.tidy() for _ in iter(done.is_set, True)])
        publish_each(publisher, log, 10)
        done.set()
        assert sum(tidy.worked for tidy in tidied.result()) > 0
    assert_all_is_there(log, state)
