"""Requests to the servers over HTTP: what comes of each is a value. No redirect is followed, no proxy taken from outside."""

import asyncio
import ssl
from typing import Final

import aiohttp

from daemon.teachers.openai.decisions import Broken, Got, Outcome, TimedOut, TooLarge, Unreached
from daemon.teachers.openai.keys import Key

MOST_BYTES: Final = 1 << 20  # of an answer, which is a few thousand
MOST_LISTED_BYTES: Final = 8 << 20  # hosted services list hundreds of models
_CONNECT_S: Final = 10.0
# Below the 5 s after which uvicorn (vLLM, SGLang) closes an idle connection: else a request may run into its end.
_IDLE_S: Final = 4.0
_WORDS: Final = 500  # characters of an error
_JSON: Final = "application/json"


class Http:
    """One connection pool for all servers. Made on the loop that uses it."""

    def __init__(self, key: Key, *, timeout_s: float) -> None:
        self._key, self._timeout_s = key, timeout_s
        self._session = aiohttp.ClientSession(
            # How many are asked at once is settled elsewhere.
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_S),
            timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(_CONNECT_S, timeout_s)),
            # Uncompressed, so that the bound on what is read bounds what is unpacked.
            headers={"Accept": _JSON, "Accept-Encoding": "identity", "User-Agent": "finsdistill", **key.headers},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
        )

    async def post(self, url: str, body: bytes) -> Outcome:
        return await self._ask("POST", url, body, most=MOST_BYTES)

    async def get(self, url: str) -> Outcome:
        return await self._ask("GET", url, None, most=MOST_LISTED_BYTES)

    def hidden(self, text: str) -> str:
        """`text` without the key."""
        return self._key.hidden(text)

    async def close(self) -> None:
        await self._session.close()

    async def _ask(self, method: str, url: str, body: bytes | None, *, most: int) -> Outcome:
        headers = None if body is None else {"Content-Type": _JSON}
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                data = await _bounded(response.content, most)
                if data is None:
                    return TooLarge(most)
                return Got(response.status, self._key.hidden_in(data), response.headers.get("Retry-After"))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, ssl.SSLError) as error:
            return Unreached(self._words(_plain(error)))
        except TimeoutError:
            return TimedOut(self._timeout_s)
        except (aiohttp.ClientError, ConnectionError, asyncio.IncompleteReadError) as error:
            return Broken(self._words(error))

    def _words(self, error: Exception) -> str:
        return self.hidden(str(error) or type(error).__name__)[:_WORDS]


def _plain(error: Exception) -> Exception:
    """aiohttp's own words name host and port once more, and TLS where there is none."""
    os_error = getattr(error, "os_error", None)
    return os_error if isinstance(os_error, OSError) and str(os_error) else error


async def _bounded(content: aiohttp.StreamReader, most: int) -> bytes | None:
    """The whole body; None of one that is too long, the rest of which is not read."""
    pieces, size = [], 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > most:
            return None
        pieces.append(piece)
    return b"".join(pieces)
