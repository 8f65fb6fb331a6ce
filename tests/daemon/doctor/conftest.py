"""A model hub of this machine, which answers as the real one does, by the name of the model."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

GB = 10**9
SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
# Consolidated weights and those of other libraries are never downloaded.
FILES = {"config.json": 700, "tokenizer.json": 9_000_000, SHARDS[0]: 9 * GB, SHARDS[1]: 7 * GB} | {
    "original/consolidated.00.pth": 16 * GB,
    "consolidated.safetensors": 16 * GB,
    "README.md": 40_000,
}
INFO = {"id": "a/model", "gated": False, "siblings": [{"rfilename": n, "size": s} for n, s in FILES.items()]}
Answer = tuple[int, dict[str, str], object]  # status, headers, body
# By the owner of a model; anybody else's is open.
ANSWERS: dict[str, Answer] = {
    "nobody": (404, {"X-Error-Code": "RepoNotFound"}, {}),
    "gated": (200, {}, INFO | {"gated": "manual"}),
    "bare": (200, {}, INFO | {"siblings": [{"rfilename": "pytorch_model.bin", "size": GB}]}),
    "unweighed": (200, {}, INFO | {"siblings": [{"rfilename": "model.safetensors"}]}),
    "huge": (200, {}, INFO | {"siblings": [{"rfilename": "model.safetensors", "size": 10**18}]}),
    "ill": (503, {}, {}),
    "portal": (200, {}, "<html>Please log in to the wireless network"),
}


@dataclass
class SmallHub:
    url: str = ""
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path and Authorization
    closing: threading.Event = field(default_factory=threading.Event)


def answer(path: str, token: str | None) -> Answer:
    if token == "Bearer hf_bad":
        return 401, {"X-Error-Message": "Invalid credentials in Authorization header"}, {}
    if "/revision/gone" in path:
        return 404, {"X-Error-Code": "RevisionNotFound"}, {}
    if path.endswith("/auth-check"):
        return (
            (200, {}, {}) if token == "Bearer hf_friend" else (403 if token else 401, {"X-Error-Code": "GatedRepo"}, {})
        )
    return ANSWERS.get(path.split("/")[3], (200, {}, INFO))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallHub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)  # tests/conftest.py forbids the real one
    small = SmallHub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            small.asked.append((self.path, self.headers.get("Authorization")))
            if "/silent/" in self.path:
                small.closing.wait()
                return
            status, headers, body = answer(self.path, self.headers.get("Authorization"))
            content = (body if isinstance(body, str) else json.dumps(body)).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """The test's output is not the server's."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        small.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield small
        small.closing.set()
        server.shutdown()


@pytest.fixture
def whole_model(tmp_path: Path) -> Path:
    """A folder with every file that loading needs, and nothing in them."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", *SHARDS):
        (folder / name).touch()
    index = {"metadata": {}, "weight_map": {f"layer.{n}": name for n, name in enumerate(SHARDS)}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return folder
