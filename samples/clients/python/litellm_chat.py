"""LiteLLM, which many tools use beneath: any OpenAI-compatible address as `openai/MODEL`."""

import json
import os

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # do not fetch a price list

import litellm  # noqa: E402

from importlib.metadata import version  # noqa: E402
from samples import MODEL, URL, answer, check, check_equal, data_uri  # noqa: E402

litellm.suppress_debug_info = True
SERVICE = dict(model=f"openai/{MODEL}", api_base=f"{URL}/v1", api_key="none needed", temperature=0)


def ask(picture: str, question: str) -> list:
    return [
        {
            "role": "user",
            "content": [
                {"type": "image_url", "image_url": {"url": data_uri(picture)}},
                {"type": "text", "text": question},
            ],
        }
    ]


def at_once() -> None:
    question = "Can you describe the picture?"
    completion = litellm.completion(**SERVICE, messages=ask("shapes-two.png", question), top_k=1)
    check_equal("answer", answer("shapes-two.png", question), completion.choices[0].message.content)
    check("usage", completion.usage.prompt_tokens > 0 and completion.usage.completion_tokens > 0)


def in_pieces() -> None:
    question = "What do you see?"
    stream = litellm.completion(**SERVICE, messages=ask("shapes-three.png", question), stream=True)
    pieces = list(stream)
    text = "".join(p.choices[0].delta.content or "" for p in pieces)
    check_equal("streamed answer", answer("shapes-three.png", question), text)
    whole = litellm.stream_chunk_builder(pieces)
    check_equal("gathered answer", text, whole.choices[0].message.content)


def as_json() -> None:
    schema = {
        "type": "object",
        "properties": {"count": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["count"],
        "additionalProperties": False,
    }
    completion = litellm.completion(
        **SERVICE,
        messages=ask("heart.png", "How many shapes are there?"),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "count", "strict": True, "schema": schema},
        },
    )
    found = json.loads(completion.choices[0].message.content)
    check_equal("JSON of the schema", {"count": 1}, found)


def refusals() -> None:
    try:
        litellm.completion(**SERVICE | {"model": "openai/other"}, messages=ask("heart.png", "?"))
        raise SystemExit("FAIL  another model was not refused")
    except litellm.NotFoundError as e:
        check("unknown model is NotFoundError", "model" in str(e))
    try:
        litellm.completion(**SERVICE, messages=[{"role": "user", "content": "x " * 100_000}])
        raise SystemExit("FAIL  a text beyond the context was not refused")
    except litellm.ContextWindowExceededError:
        check("too long is ContextWindowExceededError", True)


if __name__ == "__main__":
    print(f"litellm {version('litellm')} at {URL}")
    at_once()
    in_pieces()
    as_json()
    refusals()
