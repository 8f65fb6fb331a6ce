"""Filings that are made to cost: each took minutes, gigabytes or a crash wherever a step was not linear."""

from collections.abc import Callable

MB = 1_000_000
_SENTENCE = "We make boats of wood and sell them in all of the harbours of the north, as we have done for years. "
_LONG = _SENTENCE * 4
_ITEM_3 = f"Item 3. Legal Proceedings\n\n{_LONG}\n\n"
_AFTER = f"<p><b>Item 2. Properties</b></p><p>{_LONG}</p><p><b>Item 3. Legal Proceedings</b></p><p>{_LONG}</p>"
_LOL = "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))


def page(inner: str) -> str:
    """A filing around it, with prose before and behind."""
    head = f"<html><body><p>FORM 10-K</p><p><b>Item 1. Business</b></p><p>{_LONG}</p>"
    return f"{head}{inner}{_AFTER}<p>SIGNATURES</p></body></html>"


def text(inner: str) -> str:
    """The same as a submission of plain text."""
    head = f"<SEC-DOCUMENT>\n<DOCUMENT>\n<TYPE>10-K\n<TEXT>\nFORM 10-K\n\nItem 1. Business\n\n{_LONG}\n\n"
    return f"{head}{inner}\n\nItem 2. Properties\n\n{_LONG}\n\n{_ITEM_3}SIGNATURES\n</TEXT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"


# What is asked of each: "read", or the reason of its refusal; None where either is right.
FILINGS: dict[str, tuple[Callable[[], str], str | None]] = {
    "a million elements in each other": (lambda: page("<div>" * MB), "too_tangled"),
    "a million sections in each other": (lambda: page("<p><section>x</p>" * (MB // 4)), "too_tangled"),
    "addresses in each other": (lambda: page("<p><address>x</p>" * (MB // 4)), "too_tangled"),
    "two hundred thousand formats left open": (lambda: page("<p><font size=1><b>x" * (MB // 10)), "read"),
    "tables in each other, never closed": (lambda: page("<table><tr><td>" * (MB // 4)), "too_tangled"),
    "two hundred thousand paragraphs": (lambda: page("<p>a</p>" * (MB // 5)), "read"),
    "a million cells": (lambda: page("<table><tr>" + "<td>a" * MB + "</table>"), "read"),
    "fifty thousand tables, rows open": (lambda: page("<table><tr><td>1</table>" * (MB // 20)), "read"),
    "a bomb of entities": (
        lambda: f"<!DOCTYPE html [<!ENTITY lol0 'lol'>{_LOL}]>" + page("<p>&lol9;</p>" * 1000),
        "read",
    ),
    "ampersands of ampersands": (lambda: page("<p>" + "&amp;amp;" * (5 * MB // 9)), "read"),
    "character references": (lambda: page("<p>" + "&#x202e;&#0;&#1114112;" * (MB // 4)), "read"),
    "50 MB without white space": (lambda: page("<p>" + "a" * (50 * MB)), "read"),
    "50 MB of text without white space": (lambda: text("a" * (50 * MB)), "read"),
    "an attribute of 50 MB": (lambda: page(f"<p style='{'display:x;' * (5 * MB)}'>x</p>"), "read"),
    "two million attributes": (lambda: page("<p " + "a=1 " * (2 * MB) + ">x</p>"), "read"),
    "comments that never end": (lambda: page("<!-- <p>" * MB), None),
    "tags that never end": (lambda: page("<TABLE " * MB), None),
    "empty elements of XHTML": (lambda: page("<x/>" * (MB // 2)), "read"),
    "names of dots": (lambda: page("<b>" * 600 + "<a:" + "a." * MB), None),
    "a fact that never ends": (lambda: page('<ix:x name="dei:DocumentType">' * 30 + "<ix:non" + "a" * MB), None),
    "thirty thousand headings": (lambda: page("<p><b>Item 7. Management's Discussion</b></p>" * (MB // 33)), "read"),
    "a heading of numbers": (lambda: page("<p>Items 1" + ", 2" * (MB // 3)), "read"),
    "sixty thousand page numbers": (lambda: page("<p>12</p><hr>" * (MB // 16)), "read"),
    "a title and a megabyte of blanks": (lambda: text("PART I" + " " * MB + "x"), "read"),
    "an Item and a megabyte of blanks": (lambda: text("Item 1" + " " * MB + "x"), "read"),
    "a megabyte of tabs": (lambda: text("a" + "\t" * MB + "x"), "read"),
    "leaders": (lambda: text("Item 1 " + ". " * MB + "x"), "read"),
    "three hundred thousand empty documents": (lambda: text("<DOCUMENT>\n" * (MB // 3)), None),
    "types and nothing else": (lambda: "<DOCUMENT>\n<TYPE>10-K\n<TEXT>\n" * (MB // 10) + text(""), "read"),
    "uuencoded pictures": (
        lambda: text("begin 644 a.jpg\n" + ("M" + "_]C_X``02D9)1@`!" * 4 + "\n") * (MB // 8)),
        "read",
    ),
    "zero-width words": (lambda: page("<p>" + "a\u200b\u202e\ufeff" * MB), "read"),
    "capitals that grow": (lambda: page("<p>" + "\u0130\u1e9e\ufb03 " * (MB // 2)), "read"),
}


def markup(name: str) -> bytes:
    """The bytes of one of them."""
    return FILINGS[name][0]().encode()
