"""The sample pictures, the answers that the embedded model must give, and how a script checks them."""

import base64
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
URL = os.environ.get("SMOLVLM_URL", "http://localhost:8080")
MODEL = "tiny"


def picture(name: str) -> bytes:
    return (ROOT / "samples" / "images" / name).read_bytes()


def data_uri(name: str) -> str:
    return "data:image/png;base64," + base64.b64encode(picture(name)).decode()


def answer(name: str, question: str) -> str:
    """The right answer; a question that expected.json does not list is an error of the script."""
    expected = json.loads((ROOT / "samples" / "expected.json").read_text(encoding="utf-8"))
    for entry in expected["answers"]:
        if (entry["picture"], entry["question"]) == (name, question):
            return entry["answer"]
    raise KeyError(f"expected.json has no answer to {question!r} for {name}")


def check(what: str, condition: object, found: object = None) -> None:
    """Prints what was checked; ends the script with an error where it does not hold."""
    if not condition:
        sys.exit(f"FAIL  {what}: found {found!r}")
    print(f"ok    {what}")


def check_equal(what: str, expected: object, found: object) -> None:
    check(f"{what}: {found!r}", expected == found, found)
