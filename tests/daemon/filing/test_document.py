"""Which bytes are a filing, how they are decoded, and what is taken out of a full submission."""

import pytest

from daemon.filing import ChunkOptions, FilingUnreadable, extract
from daemon.filing.document import MAX_BYTES, decoded, documents

SENTENCE = "Acorn Widgets sells widgets to customers in more than thirty of the countries of the world."
ITEM = f"<p><b>Item 1. Business</b></p><p>{SENTENCE} {SENTENCE}</p>"


def submission(*parts: tuple[str, str]) -> bytes:
    texts = (f"<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>1\n<TEXT>\n{text}\n</TEXT>\n</DOCUMENT>\n" for kind, text in parts)
    return ("<SEC-HEADER>x\n</SEC-HEADER>\n" + "".join(texts)).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"PK\x03\x04rest", "binary"),
        (b"\x1f\x8b\x08rest", "binary"),
        (b"ab\0\0\0\0", "binary"),
        (b"<html><title>SEC.gov | Request Rate Threshold Exceeded</title></html>", "refusal_page"),
        (b"<html><p>Undeclared Automated Tool</p></html>", "refusal_page"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "refusal_page"),
        (b"<html><title>XBRL Viewer</title><iframe id='ixvFrame'></iframe></html>", "viewer_shell"),
        (b"<html><body><p>Item 1. Business</p><p>The company is", "truncated"),
        (b'<?xml version="1.0"?><html><p>Item 1.</p><p>Signatures</p>', "truncated"),
        (b"<DOCUMENT>\n<TYPE>10-K\n<TEXT>\nItem 1. Business\n\nThe company is", "truncated"),
        (b"<html><p>A page about the weather in the north of the country.</p></html>", "not_a_filing"),
        (b'{"json": "is no filing"}', "not_a_filing"),
        (submission(("GRAPHIC", "begin 644 a.jpg\nM_]C_")), "not_a_filing"),
        (b"<html><p>FORM 10-K</p><p><b>Item 1. Business</b></p><p>None.</p></html>", "no_prose"),
        (b"<html>" + b"<div>" * 2000 + ITEM.encode() + b"</html>", "too_tangled"),
    ],
)
def test_what_is_no_filing_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    with pytest.raises(FilingUnreadable) as refused:
        extract(body, form=None, options=ChunkOptions())
    assert refused.value.reason == reason
    assert refused.value.detail in str(refused.value)


def test_an_old_document_without_its_last_tag_is_whole_if_it_is_signed() -> None:
    text = f"<HTML><BODY>{ITEM}<P>SIGNATURES</P><P>A. Person</P>"
    assert extract(text.encode(), form="10-K", options=ChunkOptions()).passages
    with pytest.raises(FilingUnreadable, match="truncated"):
        extract(f"{text}<P alig".encode(), form="10-K", options=ChunkOptions())


def test_a_submission_cut_in_a_later_document_is_truncated() -> None:
    whole = submission(("10-K", ITEM), ("EX-21", "names of companies"))
    with pytest.raises(FilingUnreadable, match="truncated"):
        extract(whole[:-20], form=None, options=ChunkOptions())


def test_a_huge_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(FilingUnreadable, match="too_large"):
        documents(bytes(MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("na\u00efve \u2013 \u201ctext\u201d".encode(), "na\u00efve \u2013 \u201ctext\u201d"),
        ("na\u00efve \u2013 \u201ctext\u201d".encode("cp1252"), "na\u00efve \u2013 \u201ctext\u201d"),
        ("\ufeffFORM".encode(), "FORM"),
        ("FORM".encode("utf-16"), "FORM"),
        (b"a\x81b\x92s", "a b\u2019s"),  # 0x81 has no meaning in Windows-1252
    ],
)
def test_text_is_decoded_by_what_it_is_and_not_by_what_it_declares(body: bytes, text: str) -> None:
    assert decoded(body).lstrip("\ufeff") == text


def test_a_submission_gives_its_main_document_first_and_its_annual_report() -> None:
    body = submission(("EX-13.1", "annual"), ("EX-27", "data"), ("10-K405", "main"), ("GRAPHIC", "begin 644 x"))
    found = documents(body)
    assert [(doc.text.strip(), doc.annual_report) for doc in found] == [("main", False), ("annual", True)]
    assert found[0].form is not None and found[0].form.name == "10-K"


def test_a_pdf_copy_of_the_annual_report_is_left_out() -> None:
    assert len(documents(submission(("10-K", "main"), ("EX-13", "<PDF>\nbegin 644 a.pdf")))) == 1


def test_a_document_without_a_hyphen_in_its_type_is_known() -> None:
    (only,) = documents(submission(("10KSB", "main"), ("EX-31", "certificate")))
    assert only.form is not None and only.form.name == "10-KSB"
