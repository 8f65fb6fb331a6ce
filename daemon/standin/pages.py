"""The pages that EDGAR sends instead of what was asked for, in their shape and in our words."""

from base64 import b32encode
from hashlib import sha256
from html import escape
from typing import Final

from daemon.standin.answer import HTML, XML, Answer

_REFUSAL: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta http-equiv="content-type" content="text/html; charset=utf-8" />
<title>SEC.gov | {title}</title>
</head>
<body>
<div id="content">
<h1>{heading}</h1>
<p>{reason}</p>
<h2>What to do</h2>
<p>{advice}</p>
<p>Reference ID: {reference}</p>
</div>
</body>
</html>
"""

_VIEWER: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" lang="en">
<head>
    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
    <title>XBRL Viewer</title>
    <script language="JavaScript">
    /* <![CDATA[ */
        function loadViewer(ixvUrl) { document.getElementById("ixvFrame").src = ixvUrl; }
        window.onload = () => loadViewer("/ixviewer/ix.html" + location.search);
    /* ]]> */
    </script>
</head>
<body style="margin: 0">
    <noscript>This viewer shows an Inline XBRL document and needs JavaScript to do so.</noscript>
    <iframe id="ixvFrame" title="Inline XBRL Viewer" style="position: absolute; height: 100%; width: 100%" />
</body>
</html>
"""


def undeclared() -> Answer:
    return _refusal(
        403,
        title="Request Rate Threshold Exceeded",  # EDGAR gives both pages this title
        heading="Your Request Originates from an Undeclared Automated Tool",
        reason="Requests without a declared user agent are not answered, so that everyone can use the site fairly.",
        advice="Send a User-Agent that names you or your company and an e-mail address.",
    )


def too_many(status: int = 403) -> Answer:
    return _refusal(
        status,
        title="Request Rate Threshold Exceeded",
        heading="Request Rate Threshold Exceeded",
        reason="More requests came from your address than the site allows in a second.",
        advice="Ask less often; the limit is lifted once your rate has stayed below it.",
    )


def unavailable() -> Answer:
    return _refusal(
        503,
        title="File Unavailable",
        heading="This page is temporarily unavailable.",
        reason="The site is being maintained.",
        advice="Come back later.",
    )


def viewer_shell() -> Answer:
    """What `/ix?doc=…` gives: a page whose script would load the filing, and no filing."""
    return Answer(200, HTML, _VIEWER.encode())


def no_such_key(key: str) -> Answer:
    return _s3_error(404, "NoSuchKey", "The specified key does not exist.", f"<Key>{escape(key)}</Key>", key)


def access_denied(key: str) -> Answer:
    """For an index that does not exist, too: EDGAR does not say 404 there."""
    return _s3_error(403, "AccessDenied", "Access Denied", "", key)


def _refusal(status: int, *, title: str, heading: str, reason: str, advice: str) -> Answer:
    reference = f"0.{sha256(heading.encode()).hexdigest()[:24]}"
    page = _REFUSAL.format(title=title, heading=heading, reason=reason, advice=advice, reference=reference)
    return Answer(status, HTML, page.encode())


def _s3_error(status: int, code: str, message: str, detail: str, key: str) -> Answer:
    digest = sha256(key.encode()).digest()
    request_id, host_id = b32encode(digest[:10]).decode(), b32encode(digest).decode()
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message>{detail}'
        f"<RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>"
    )
    return Answer(status, XML, body.encode())
