"""Identities are frozen: the digests below were computed once, with `sha256sum`, and must never change."""

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.ids import (
    ACCESSION,
    canonical_json,
    chunk_id,
    company_id,
    label_id,
    local_accession,
    sha256_hex,
    short_id,
    text_id,
)

TEXT = "Net sales rose 2% to $394.3 billion."
# printf 'text-v1|Net sales rose 2%% to $394.3 billion.' | sha256sum | cut -c1-32
TEXT_ID = "620a7ffaca1b52df9fa1d197532b262c"
ACCESSION_NUMBER = "0000320193-22-000108"
RECIPE_JSON = '{"attempts":3,"model":null,"name":"Größe"}'


def test_the_text_id_of_a_known_text_is_frozen():
    assert text_id(TEXT) == TEXT_ID


@pytest.mark.parametrize(
    ("item", "occurrence", "expected"),
    [
        ("7", 0, "5caa7c9f896cad135bbd3997ad9a37e8"),
        ("7", 1, "c1fd771c307ae9e0b5316cdc993c6553"),
        (None, 0, "fd67dcd3d382427212d44b9a800d6ef2"),
    ],
)
def test_the_chunk_id_of_a_known_chunk_is_frozen(item, occurrence, expected):
    assert chunk_id(ACCESSION_NUMBER, item, TEXT_ID, occurrence) == expected


def test_the_label_id_of_a_known_label_is_frozen():
    assert label_id(TEXT_ID, "5" * 32, 1) == "f8ab5aee13a9254727170b995d90d6a6"
    assert label_id(TEXT_ID, "5" * 32, 2) == "d90d135e2916a668889df9aff48677a8"


def test_the_recipe_id_of_a_known_recipe_is_frozen():
    assert short_id(RECIPE_JSON) == "94d1540f59f2d4af52f268a1b7007d94"


def test_canonical_json_has_one_spelling_for_one_value():
    assert canonical_json({"name": "Größe", "model": None, "attempts": 3}) == RECIPE_JSON
    assert canonical_json([1, 2.5, True, "a\n"]) == '[1,2.5,true,"a\\n"]'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [float("-inf")]])
def test_canonical_json_refuses_numbers_that_json_does_not_know(value):
    with pytest.raises(ValueError, match="JSON"):
        canonical_json(value)


def test_a_filing_without_accession_is_named_by_its_bytes():
    assert local_accession(hashlib.sha256(b"10-K").hexdigest()) == "local-9dc6fd4ee7e5"


@pytest.mark.parametrize(
    ("cik", "expected"), [(320193, "0000320193"), (1652044, "0001652044"), (None, ACCESSION_NUMBER)]
)
def test_a_company_is_its_padded_cik_or_else_its_filing(cik, expected):
    assert company_id(cik, ACCESSION_NUMBER) == expected


@pytest.mark.parametrize(
    "same",
    [
        "  Net sales rose 2%\tto\n\n$394.3 billion. ",
        "Net sales rose 2% to\u00a0$394.3 billion.",  # a no-break space is white space
        "\u2003Net\u2009sales rose 2% to $394.3 billion.\r\n",
    ],
)
def test_white_space_does_not_change_a_text_id(same):
    assert text_id(same) == TEXT_ID


def test_unicode_composition_does_not_change_a_text_id():
    composed, decomposed = "Soci\u00e9t\u00e9 G\u00e9n\u00e9rale", "Socie\u0301te\u0301 Ge\u0301ne\u0301rale"
    assert composed != decomposed
    assert text_id(composed) == text_id(decomposed)


@pytest.mark.parametrize(
    "other",
    [
        "net sales rose 2% to $394.3 billion.",  # case
        "Net sales rose 3% to $394.3 billion.",  # a digit
        "Net sales rose -2% to $394.3 billion.",  # a sign
        "Net sales rose 2% to $394.3 billion",  # punctuation
        "Net sales rose 2% to $3943 billion.",
        "Netsales rose 2% to $394.3 billion.",  # white space separates
        "Net sales rose 2% to \uff043\uff19\uff14.3 billion.",  # NFC, not NFKC: full-width digits are others
    ],
)
def test_what_a_reader_would_call_another_text_has_another_id(other):
    assert text_id(other) != TEXT_ID


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("0000320193-22-000108", True),
        ("0000320193-22-000108.txt", False),
        ("000320193-22-000108", False),
        ("local-0123456789ab", False),
    ],
)
def test_an_accession_has_ten_two_and_six_digits(name, is_one):
    assert bool(ACCESSION.fullmatch(name)) == is_one


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_a_text_id_is_32_hex_digits_and_blind_to_normal_forms(text):
    assert len(text_id(text)) == 32
    assert set(text_id(text)) <= set("0123456789abcdef")
    assert text_id(unicodedata.normalize("NFD", text)) == text_id(text)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_a_hash_of_text_is_the_hash_of_its_utf8(words):
    text = " ".join(words)
    assert sha256_hex(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()
