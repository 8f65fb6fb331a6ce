# ruff: noqa: RUF001 - the wide brackets and bars are what tokenizers have
"""What the servers are asked about one text. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from daemon.teachers.local.settings import TEMPERATURE
from daemon.teachers.openai.settings import OpenAISettings
from daemon.teachers.openai.wire import ANSWER_FORMAT, ChatRequest, Message
from daemon.teachers.prompt import AFTER, BEFORE, BRIEFLY
from daemon.teachers.protocol import ChunkRequest
from daemon.teachers.seeds import seed_of

_SEEDS: Final = 2**31  # llama.cpp and Ollama know no larger ones

# A server tokenises the whole message, and whatever is spelled like a control token becomes one. So every spelling that
# could be one is broken by a blank behind its first mark: <|eot_id|>, </s>, <<SYS>>, <start_of_turn>, [INST], [|assistant|],
# ]~b], >>TITLE<<. A bracket before a figure, a blank or = is ordinary text, unless it closes like a token at once (<2en>).
# A soft hyphen or a control character is no blank: a tokenizer may drop it and join what it stood between.
_MARK: Final = re.compile(
    r"[<＜﹤](?=[^ \t\r\n0-9=]|[0-9]\w{0,40}[>＞﹥])"
    r"|[\[［](?=/?\w{0,40}(?:[A-Z]{3}|_)\w{0,40}[\]］])"
    r"|[\[［](?=[|｜])"
    r"|\](?=[~<!])"
    r"|>(?=>[A-Z])"
)


def harmless(text: str) -> str:
    """`text` without anything that a tokenizer could take for a control token. Only blanks are added."""
    return _MARK.sub(lambda mark: f"{mark[0]} ", text)


@dataclass(frozen=True)
class Asking:
    """How texts are asked, apart from the text."""

    settings: OpenAISettings
    prompt: str

    def request(self, request: ChunkRequest) -> ChatRequest:
        brief, sampled = request.manner == "brief", request.manner == "sampled"
        passage = f"{BEFORE}{harmless(request.text)}{AFTER}{BRIEFLY if brief else ''}"
        return ChatRequest(
            model=self.settings.model,
            messages=(Message(role="system", content=self.prompt), Message(role="user", content=passage)),
            temperature=TEMPERATURE if sampled else 0.0,
            seed=seed_of(request) % _SEEDS if sampled else None,
            # Always said: vLLM's own default is 16. A budget for each field cannot be said to a server.
            max_tokens=self.settings.most_tokens(brief=brief),
            response_format=ANSWER_FORMAT,
        )
