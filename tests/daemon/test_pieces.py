import json
import threading

import pytest

from daemon.filing import ChunkOptions, FilingUnreadable
from daemon.filing.document import MAX_BYTES
from daemon.parsing import Parser
from daemon.pieces import NothingToAnswer, Piece, Source, pieces_of, read_source
from tests.acceptance.driving import filing

SENTENCE = "Revenue rose by 5 percent to $3 million because of higher prices. "


def pieces(name, body, **options):
    parser = Parser(threading.Event())
    try:
        return pieces_of(Source(name, body), options=ChunkOptions(**options), parser=parser)
    finally:
        parser.close()


def test_a_short_text_is_one_piece():
    assert pieces(None, b"\xef\xbb\xbfRevenue rose.\r\nCosts fell.\n") == (Piece(None, "Revenue rose.\nCosts fell."),)


def test_a_long_text_is_cut_as_a_filing_is_at_the_ends_of_sentences():
    found = pieces("mda.txt", (SENTENCE * 60).encode(), size=1500, overlap=200)
    assert len(found) > 2
    assert all(len(piece.text) <= 1500 and piece.text.endswith("prices.") for piece in found)


@pytest.mark.parametrize("name", ["filing.txt", None])
def test_a_submission_gives_the_chunks_of_its_items_wherever_it_comes_from(name):
    found = pieces(name, filing(1, 2021).encode())
    assert {piece.item for piece in found} == {"1", "1A", "7"}


def test_lines_of_json_are_a_piece_each_and_never_cut():
    lines = [{"text": SENTENCE * 60, "label": 1}, {"text": "Cash fell."}]
    body = "\n\n".join(map(json.dumps, lines)).encode()
    assert [piece.text for piece in pieces("texts.jsonl", body)] == [SENTENCE * 60, "Cash fell."]


@pytest.mark.parametrize("line", ['{"text": ""}', '{"words": "x"}', '"x"', "{", '{"text": 3}', "[" * 100_000])
def test_a_line_that_is_none_is_named(line):
    with pytest.raises(NothingToAnswer, match=r"line 2 of t\.jsonl"):
        pieces("t.jsonl", f'{{"text": "x"}}\n{line}\n'.encode())


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (None, b"", "empty"),
        ("a.txt", b" \n\n", "empty"),
        ("a.jsonl", b"\n \n", "empty"),
        ("a.pdf", b"%PDF-1.7 ...", "pdf"),
        ("a.txt", bytes(1000), "binary"),
        ("a.htm", b"<html><body><p>Hello</p></body></html>", "not_a_filing"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "too_large"),
    ],
)
def test_what_holds_no_text_is_refused_in_one_sentence(name, body, words):
    with pytest.raises(FilingUnreadable, match=words) as caught:
        pieces(name, body)
    assert "\n" not in str(caught.value)


def test_compressed_bytes_are_no_text():
    with pytest.raises(NothingToAnswer, match="is no text"):
        pieces("a.bin", bytes(range(1, 256)) * 20)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NothingToAnswer, match=r"gone\.txt cannot be read \(no such file"):
        read_source(tmp_path / "gone.txt", iter(()))


def test_an_endless_input_is_not_read_to_its_end():
    block = bytes(1 << 24)
    assert len(read_source(None, iter(lambda: block, b"")).body) < MAX_BYTES + 2 * len(block)
