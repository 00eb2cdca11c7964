"""Who takes part: checkpoints and GGUF files, made once into target/benchmarks, and the engines over them."""
import os
import subprocess
import sys

import limits
from turns import Engine

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMOLVLM = os.path.join(ROOT, "smolvlm")
WORK = os.path.join(ROOT, "target", "benchmarks")
JAVA = {"SMOLVLM_BUILD": "never"}
MEMBERS = {"135m": "SmolLM2-135M-Instruct", "256m": "SmolVLM-256M-Instruct", "500m": "SmolVLM-500M-Instruct",
           "2.2b": "SmolVLM-Instruct"}
# The 135M has real weights and the text shape of the 256M, so it answers for both.
TEXT = ["prefill:512", "prefill:1216", "decode:0:1", "decode:0:8", "decode:1200:1", "decode:1200:8", "decode:8000:1"]
PICTURES = ["tile", "single:512x512", "first:2048x1536", "again:2048x1536", "first:512x512", "captions:8"]
# Rounds of stages that take half a minute a turn.
FEWER = {"first:2048x1536": 3, "again:2048x1536": 2, "first:512x512": 2, "captions:8": 3}
STAGES = {"135m": TEXT, "256m": PICTURES, "500m": ["prefill:512", "decode:0:1", "decode:1200:1"], "2.2b": ["tile"]}


def smolvlm(*arguments):
    subprocess.run([SMOLVLM, *arguments], check=True, stdout=subprocess.DEVNULL, env={**os.environ, **JAVA})


def folder(member):
    return os.path.join(WORK, MEMBERS[member])


def gguf(member, kind):
    return os.path.join(WORK, f"{member}-{kind}.gguf")


def mmproj(member, kind):
    return os.path.join(WORK, f"mmproj-{member}-{kind}.gguf")


def make(member):
    """The real weights of the 135M, random ones in the others' shapes; every engine's files from the same source."""
    os.makedirs(WORK, exist_ok=True)
    if not os.path.exists(os.path.join(folder(member), "config.json")):
        if member == "135m":
            subprocess.run([os.path.join(ROOT, "samples", "reference", "fetch-real-weights.sh"), WORK], check=True)
            smolvlm("quantize", os.path.join(WORK, "SmolLM2-135M-Instruct.Q4_1.gguf"), folder(member), "--type", "bf16",
                    "--no-check")
        else:
            smolvlm("synth", MEMBERS[member], folder(member))
    for kind in ["q8_0", "q4_0"] + ([] if member == "135m" else ["f16"]):
        if not os.path.exists(gguf(member, kind)):
            smolvlm("quantize", folder(member), gguf(member, kind), "--type", kind, "--no-check")


def ours(member, precision, threads, stages):
    command = [SMOLVLM, "bench", "-m", folder(member), "--precision", precision, "--follow"]
    return Engine("ours " + precision, command, stages, {**JAVA, "SMOLVLM_JAVA_OPTS": f"-Dsmolvlm.threads={threads}"})


def peer(name, script, arguments, threads, stages):
    command = [sys.executable, os.path.join(HERE, "peers", script), *arguments, "--threads", str(threads)]
    return Engine(name, command, stages)


def llama(member, kind, threads, stages, context=8192):
    files = [gguf(member, kind), *([mmproj(member, kind)] if os.path.exists(mmproj(member, kind)) else [])]
    return peer("llama.cpp " + kind, "llama.py", [*files, "--context", str(context)], threads, stages)


def transformers(member, dtype, threads, stages):
    return peer("transformers " + dtype, "hf.py", [folder(member), "--dtype", dtype], threads, stages)


def engines(member, threads):
    """Each with the stages that it can win: what only repeats another engine's work is left out."""
    text = ["prefill", "decode"]
    every = text + ["tile", "first", "again", "single", "captions"]
    found = [ours(member, "exact", threads, every), ours(member, "int8", threads, every), ours(member, "int4", threads, text),
             llama(member, "q8_0", threads, every), llama(member, "q4_0", threads, text),
             transformers(member, "float32", threads, ["prefill", "decode:0:1", "tile", "first:2048"])]
    if limits.bf16():
        found += [ours(member, "bf16", threads, [stage for stage in every if stage != "again"]),
                  transformers(member, "bfloat16", threads, ["prefill", "tile", "first:2048"])]
    if member != "135m":
        found += [llama(member, "f16", threads, ["tile"]),
                  peer("onnxruntime int8", "onnx_int8.py", [folder(member)], threads, ["tile"])]
    return found
