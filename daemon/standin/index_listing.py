"""What EDGAR's folders of indexes say they hold, in the JSON that SEC documents for programs."""

import json
import time
from collections.abc import Iterable
from pathlib import Path


def index_listing(name: str, files: Iterable[Path]) -> bytes:
    """`name` is the folder's, as in `daily-index/2026/QTR4`."""
    items = [
        {
            "last-modified": time.strftime("%m/%d/%Y %I:%M:%S %p", time.gmtime(file.stat().st_mtime)),
            "name": file.name,
            "type": "file",
            "href": file.name,
            "size": f"{max(1, file.stat().st_size // 1024)} KB",
        }
        for file in files
    ]
    return json.dumps({"directory": {"item": items, "name": f"{name}/", "parent-dir": "../"}}).encode()
