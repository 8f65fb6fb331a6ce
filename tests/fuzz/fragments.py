"""Pieces of invented filings of all eras, which seeds are made of and mutations put in. No word of a real filing."""

from typing import Final

_CONTROL: Final = (
    "<|eot_id|>",
    "</s>",
    "[INST]",
    "\u202e",
    "\u200b",
    "\u2066",
    "\ufeff",
    "\x00",
    "\x1b[31m",
    "\x85",
    "\xad",
)
_CONTROL_2: Final = (
    "\ud7ff",
    "\ufffe",
    "\U000e0041",
    "\u2028",
    "\u2029",
    "\f",
    "\v",
    "\t",
    "\r\n",
    "\r",
    "é",
    "年",
    "🙂",
)

PROSE: Final = (
    "We make boats of wood and sell them in all of the harbours of the north, as we have done for years. ",
    "Our results of operations depend on the price of timber, which we do not set and cannot foresee. ",
    "See Item 1A, Risk Factors, and Item 7 of this report. ",
    "which was not to be",
    "None.",
    "Not applicable.",
    "The information required by this Item is incorporated by reference to the proxy statement. ",
    "See pages 20 through 31 of the Annual Report (Exhibit 13), incorporated herein by reference. ",
    "12",
    "- 3 -",
    "F-12",
    "Net sales  1,234   1,100",
    "$ 5",
    "(12)%",
    "iv",
    "a",
    "x" * 40,
)

HEADINGS: Final = (
    *(f"Item {number}. {title}" for number, title in (("1", "Business"), ("1A", "Risk Factors"), ("2", "Properties"))),
    "Item 3. Legal Proceedings",
    "ITEM 7. MANAGEMENT'S DISCUSSION AND ANALYSIS OF FINANCIAL CONDITION",
    "Item 7A. Quantitative and Qualitative Disclosures About Market Risk",
    "Item 8. Financial Statements and Supplementary Data",
    "Item 9A(T). Controls and Procedures",
    "Item\n9A. Controls and Procedures",
    "ITEMS 10, 11, 12 and 13.",
    "Items 1 and 2. Business and Properties",
    "Item One. Business",
    "Item 7. (Continued)",
    "Item 1 ........ 3",
    "Item 14. Exhibits, Financial Statement Schedules",
    "Item 15.",
    "Item X. Executive Officers of the Registrant",
    "1. Business",
    "PART I",
    "PART II, ITEM 5.",
    "Table of Contents",
    "SIGNATURES",
    "FORM 10-K",
    "Form 10-KSB",
    "FORM 10-K/A Amendment No. 1",
    "Risk Factors",
    "Management's Discussion and Analysis",
    "Notes to Consolidated Financial Statements",
    "Report of Independent Auditors",
    "Pursuant to the requirements of Section 13 or 15(d)",
    "(Exact name of registrant as specified in its charter)",
    "For the fiscal year ended December 31, 2009",
    "Commission file number",
    "Indicate by check mark whether",
    "Page",
)

_TAGS: Final = (
    *(
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<b>",
        "</b>",
        "<u>",
        "<i>",
        "<font size=2>",
        "</font>",
        "<br>",
        "<hr>",
        "<h2>",
    ),
    *(
        "<table>",
        "</table>",
        "<tr>",
        "</tr>",
        "<td>",
        "</td>",
        "<td colspan=3>",
        "<th>",
        "<caption>",
        "<tbody>",
        "<ul><li>",
    ),
    *("<pre>", "</pre>", "<span style='display:none'>", "<span style='font-weight:700'>", "</span>", "<div hidden>"),
    *(
        "<p style='page-break-before:always'>",
        "<hr style='page-break-after:always'/>",
        "<a name=x href='#toc'>",
        "</a>",
    ),
    *(
        "<ix:header>",
        "</ix:header>",
        "<ix:nonNumeric name='dei:DocumentType'>",
        "</ix:nonNumeric>",
        "<ix:continuation>",
    ),
    *("<!--", "-->", "<![CDATA[", "]]>", "<?xml version='1.0'?>", "<!DOCTYPE html [<!ENTITY a 'b'>]>", "&a;", "<svg>"),
    *(
        "&nbsp;",
        "&#146;",
        "&#x202e;",
        "&amp;amp;",
        "&#0;",
        "&#1114112;",
        "&lt;p&gt;",
        "&notanentity;",
        "<script>",
        "</script>",
    ),
    *(
        "<style>",
        "<title>",
        "<textarea>",
        "<select>",
        "<template>",
        "<math>",
        "<frameset>",
        "<plaintext>",
        "<",
        ">",
        "</",
        "/>",
    ),
    *("<p/>", "<div/>", "<form>", "<button>", "<iframe>", "<noscript>", "<marquee>", "style='", '"', "'", " hidden "),
)

_SGML: Final = (
    *(
        "<SEC-DOCUMENT>",
        "<IMS-DOCUMENT>",
        "<SEC-HEADER>",
        "</SEC-HEADER>",
        "<DOCUMENT>\n",
        "</DOCUMENT>\n",
        "</SEC-DOCUMENT>",
    ),
    *(
        "<TYPE>10-K\n",
        "<TYPE>10KSB\n",
        "<TYPE>10-K405/A\n",
        "<TYPE>EX-13\n",
        "<TYPE>EX-13.1\n",
        "<TYPE>GRAPHIC\n",
        "<TYPE>",
    ),
    *("<TEXT>\n", "</TEXT>\n", "<SEQUENCE>1\n", "<FILENAME>../../etc/passwd\n", "<DESCRIPTION>FORM 10-K\n", "<PDF>\n"),
    *("-----BEGIN PRIVACY-ENHANCED MESSAGE-----\n", "Proc-Type: 2001,MIC-CLEAR\n", "MIC-Info: RSA-MD5,RSA,\n abcd=\n"),
    *(
        "-----END PRIVACY-ENHANCED MESSAGE-----\n",
        "begin 644 a.jpg\nM_]C_X``02D9)1@`!\n`\nend\n",
        "%PDF-1.4",
        "<XML>\n",
        "</XML>",
    ),
    *(
        "<PAGE>",
        "<TABLE>\n",
        "</TABLE>\n",
        "<CAPTION>",
        "<S>      <C>\n",
        "<S>",
        "<C>",
        "=====\n",
        "-----  -----\n",
        "......",
    ),
    *(
        "ACCESSION NUMBER:\t\t0000001234-98-000001\n",
        "CONFORMED SUBMISSION TYPE:\t10-K405\n",
        "CENTRAL INDEX KEY:\t0000001234\n",
    ),
    *(
        "COMPANY CONFORMED NAME:\tINVENTED CO\n",
        "CONFORMED PERIOD OF REPORT:\t19971231\n",
        "FILED AS OF DATE:\t19980301\n",
    ),
    *(
        "FILER:\n",
        "\tCOMPANY DATA:\n",
        "<html>\n",
        "</html>\n",
        "<?xml version='1.0' encoding='ASCII'?>\n",
        "<html xmlns:ix='x'>",
    ),
    *('name="dei:EntityCentralIndexKey">1234</ix:nonNumeric>', "name='dei:DocumentPeriodEndDate'>2020-02-31<"),
)

_BYTES: Final = (
    b"\xff\xfe",
    b"\xfe\xff",
    b"\xef\xbb\xbf",
    b"\x92",
    b"\x81",
    b"\x00",
    b"\xc3",
    b"\xf0\x9f",
    b"\x1f\x8b\x08",
    b"PK\x03\x04",
)


_FIGURES: Final = (
    "<table><tr><td>Net sales</td><td>$</td><td>1,234</td></tr>",
    "<tr><td>Jane Doe<td>54<td>Director of several companies since 1999",
    "<td style='display:none'/>",
    "</td></tr></table>",
)


def _encoded(*groups: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(text.encode("utf-8", "surrogatepass") for group in groups for text in group)


# By target: what a mutation may put into its input.
OF: Final[dict[str, tuple[bytes, ...]]] = {
    "sgml": (*_encoded(_SGML, HEADINGS[:6], PROSE[:3], _TAGS[:10]), *_BYTES, b"\n", b"\n\n"),
    "html": _encoded(_TAGS, _FIGURES, HEADINGS, PROSE, _CONTROL, _CONTROL_2, ("\n", "\n\n")),
    "items": _encoded(
        HEADINGS, PROSE, _CONTROL, ("\n", "\n!", "\n\n", "\n~", "\n#", "\n!Item ", "A", "(T)", " and ", "...")
    ),
    "identity": (*_encoded(_SGML, HEADINGS, PROSE[:6], _TAGS, ("20201231", "9/28/2024", "Sept. 31, 1999")), *_BYTES),
    "filing": (*_encoded(_SGML, _TAGS, HEADINGS, PROSE, _CONTROL, _CONTROL_2, ("\n", "\n\n")), *_BYTES),
}


def seeds(target: str) -> list[bytes]:
    """Whole small inputs to begin with: a filing of each era, and each group of fragments in a row."""
    pieces = OF[target]
    rows = [b"\n".join(pieces[start : start + 12]) for start in range(0, len(pieces), 12)]
    return rows if target in {"html", "items"} else rows + [page.encode() for page in ERAS.values()]


_LONG: Final = "".join(PROSE[:2])
ERAS: Final = {
    "1993": f"""-----BEGIN PRIVACY-ENHANCED MESSAGE-----
Proc-Type: 2001,MIC-CLEAR

<IMS-DOCUMENT>0000001234-94-000001.txt : 19940331
<IMS-HEADER>
ACCESSION NUMBER:\t\t0000001234-94-000001
CONFORMED SUBMISSION TYPE:\t10-K
</IMS-HEADER>
<DOCUMENT>
<TYPE>10-K
<TEXT>
<PAGE>
                          FORM 10-K
ITEM 1.  BUSINESS

     {_LONG}
<PAGE>
ITEM 2.  PROPERTIES

     {_LONG}
</TEXT>
</DOCUMENT>
""",
    "1999": f"""<SEC-DOCUMENT>x
<DOCUMENT>
<TYPE>10-K405
<TEXT>
ITEM 7. MANAGEMENT'S DISCUSSION

See Exhibit 13.

<TABLE>
<S>  <C>
Net sales   1   2
</TABLE>
SIGNATURES
</TEXT>
</DOCUMENT>
<DOCUMENT>
<TYPE>EX-13
<TEXT>
MANAGEMENT'S DISCUSSION AND ANALYSIS

{_LONG}
</TEXT>
</DOCUMENT>
""",
    "2005": f"""<html><body><p>FORM 10-KSB</p><p><b>Item 6. Plan of Operation</b></p><p>{_LONG}</p>
<table><tr><td>Item 8A.</td><td>Controls and Procedures</td></tr><tr><td>{_LONG}</td></tr></table>
<p>SIGNATURES</p></body></html>""",
    "2022": f"""<?xml version='1.0'?><html xmlns:ix='x'><body><div style='display:none'><ix:header><ix:hidden>9</ix:hidden>
</ix:header></div><div><span style='font-weight:700'>Item 1A. Risk Factors</span></div><div><span>{_LONG}</span></div>
<ix:nonNumeric name="dei:DocumentType">10-K</ix:nonNumeric><hr style='page-break-after:always'/></body></html>""",
}
