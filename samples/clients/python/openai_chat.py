"""openai-python: a picture and a question; at once, in pieces, as an object, as a call of a tool."""

import asyncio
import json
from typing import Literal

import openai
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from samples import MODEL, URL, answer, check, check_equal, data_uri

client = OpenAI(base_url=f"{URL}/v1", api_key="none needed")


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
    question = "Describe this image."
    completion = client.chat.completions.create(
        model=MODEL, messages=ask("scene.png", question), temperature=0, logprobs=True, top_logprobs=2
    )
    choice = completion.choices[0]
    check_equal("answer", answer("scene.png", question), choice.message.content)
    check_equal("finish_reason", "stop", choice.finish_reason)
    usage = completion.usage
    check_equal("usage adds up", usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)
    text = b"".join(bytes(token.bytes) for token in choice.logprobs.content).decode()
    check("logprobs spell the answer", text.strip().startswith(choice.message.content), text)
    check("two alternatives a token", all(len(t.top_logprobs) == 2 for t in choice.logprobs.content))


def in_pieces() -> None:
    question = "What do you see at the top?"
    stream = client.chat.completions.create(
        model=MODEL,
        messages=ask("heart.png", question),
        temperature=0,
        stream=True,
        stream_options={"include_usage": True},
    )
    pieces = list(stream)
    text = "".join(c.delta.content or "" for p in pieces for c in p.choices)
    check_equal("streamed answer", answer("heart.png", question), text)
    check_equal("one id", 1, len({p.id for p in pieces}))
    check("usage in the last piece", pieces[-1].usage.completion_tokens > 0)

    # The wrapper that gathers the pieces is stricter than the plain iteration.
    with client.chat.completions.stream(
        model=MODEL, messages=ask("heart.png", question), temperature=0
    ) as events:
        events.until_done()
        final = events.get_final_completion()
    check_equal("gathered answer", answer("heart.png", question), final.choices[0].message.content)


def many_at_once() -> None:
    async def run() -> list[str]:
        async with AsyncOpenAI(base_url=f"{URL}/v1", api_key="none needed") as many:
            completions = await asyncio.gather(
                *(
                    many.chat.completions.create(model=MODEL, messages=ask(*q), temperature=0)
                    for q in questions
                )
            )
            return [c.choices[0].message.content for c in completions]

    questions = [
        ("heart.png", "Which color is the heart?"),
        ("shapes-two.png", "Which shape is orange?"),
        ("shapes-three.png", "How many objects are there?"),
        ("scene.png", "Which shape is topmost?"),
    ]
    check_equal("four asked together", [answer(*q) for q in questions], asyncio.run(run()))


def as_an_object() -> None:
    class Shape(BaseModel):
        shape: Literal["heart", "star", "ring"]
        color: Literal["purple", "orange", "green"]

    completion = client.chat.completions.parse(
        model=MODEL,
        messages=ask("heart.png", "List the shapes as JSON."),
        response_format=Shape,
        temperature=0,
        max_tokens=100,
    )
    shape = completion.choices[0].message.parsed
    check(f"object of the class asked for: {shape!r}", (shape.shape, shape.color) == ("heart", "purple"), shape)


def as_a_call() -> None:
    tool = {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        },
    }
    arguments = dict(
        model=MODEL,
        messages=[{"role": "user", "content": "What is the weather in Paris?"}],
        tools=[tool],
        tool_choice="required",
        temperature=0,
        max_tokens=100,
    )
    choice = client.chat.completions.create(**arguments).choices[0]
    call = choice.message.tool_calls[0]
    check_equal("finish_reason of a call", "tool_calls", choice.finish_reason)
    check_equal("function", "weather", call.function.name)
    check("arguments", isinstance(json.loads(call.function.arguments)["city"], str))
    with client.chat.completions.stream(**arguments) as events:
        final = events.get_final_completion().choices[0].message
    check_equal("streamed call", call.function.arguments, final.tool_calls[0].function.arguments)


def responses() -> None:
    question = "Which shape is orange?"
    items = [
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": data_uri("shapes-two.png"), "detail": "auto"},
                {"type": "input_text", "text": question},
            ],
        }
    ]
    response = client.responses.create(model=MODEL, input=items, temperature=0)
    check_equal("response", answer("shapes-two.png", question), response.output_text)
    with client.responses.stream(model=MODEL, input=items, temperature=0) as events:
        deltas = [e.delta for e in events if e.type == "response.output_text.delta"]
        final = events.get_final_response()
    check_equal("streamed response", answer("shapes-two.png", question), "".join(deltas))
    check_equal("gathered response", answer("shapes-two.png", question), final.output_text)


def other_routes() -> None:
    check("models", MODEL in [m.id for m in client.models.list()])
    check_equal("model", MODEL, client.models.retrieve(MODEL).id)
    text = client.completions.create(
        model=MODEL, prompt="A purple", max_tokens=4, temperature=0, extra_body={"ignore_eos": True}
    )
    check_equal("completion of plain text", "length", text.choices[0].finish_reason)


def refusals() -> None:
    def refused(kind: type, **changes: object) -> openai.APIStatusError:
        arguments = dict(model=MODEL, messages=ask("heart.png", "?"), temperature=0) | changes
        try:
            client.chat.completions.create(**arguments)
        except kind as e:
            return e
        raise SystemExit(f"FAIL  {changes} was not refused")

    check_equal("unknown model", "model_not_found", refused(openai.NotFoundError, model="other").code)
    check_equal("bad value", "temperature", refused(openai.BadRequestError, temperature=9).param)
    text = [{"role": "user", "content": "x " * 100_000}]
    error = refused(openai.BadRequestError, messages=text)
    check_equal("too long", "context_length_exceeded", error.code)
    broken = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,x"}}]}]
    check("broken picture", refused(openai.BadRequestError, messages=broken).code)


if __name__ == "__main__":
    print(f"openai-python {openai.__version__} at {URL}")
    at_once()
    in_pieces()
    many_at_once()
    as_an_object()
    as_a_call()
    responses()
    other_routes()
    refusals()
