"""What is measured from outside a process: from its start to its first token, and the most memory it held."""
import os
import subprocess
import sys

import limits
import participants as p
from participants import ROOT, SMOLVLM, WORK

PICTURE = os.path.join(ROOT, "samples", "images", "scene.png")


# A process begins with the most memory that its parent had, so a small one stands between: this one has read libraries.
BETWEEN = """import resource, subprocess, sys, time
began = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
print(status, (time.perf_counter() - began) * 1000, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def run(command):
    """-> milliseconds until it ended, most resident bytes"""
    told = subprocess.run([sys.executable, "-I", "-S", "-c", BETWEEN, *command], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, **p.JAVA}).stdout
    status, milliseconds, most = told.split()
    if int(status):
        raise RuntimeError(f"exit status {status}: {' '.join(command)}")
    return float(milliseconds), int(most)


def starts(count, models):
    """A caption of one token, the start of the JVM and reading the weights included; `models`: (label, arguments)."""
    result = {label: [] for label, _ in models}
    for number in range(count + 1):
        for label, arguments in models:
            ms, _ = run([SMOLVLM, "caption", PICTURE, "--max-tokens", "1", *arguments])
            if number:
                result[label].append(ms)
    return result


def large_picture():
    """A file of 2048 x 1536 pixels: 13 tiles."""
    import numpy
    from PIL import Image
    from peers.pictures import picture
    path = os.path.join(WORK, "picture.png")
    Image.fromarray(picture(numpy.random.default_rng(1), 2048, 1536)).save(path)
    return path


def memory(member, threads):
    """The most memory of one process that reads the weights and says one token about one large picture."""
    path, most = large_picture(), {}
    for precision in ("exact", *(["bf16"] if limits.bf16() else []), "int8", "int4"):
        _, most["ours " + precision] = run([SMOLVLM, "caption", path, "--max-tokens", "1", "-m", p.folder(member),
                                            "--precision", precision])
    for engine in (p.llama(member, "q8_0", threads, [], context=2048), p.transformers(member, "float32", threads, [])):
        most[engine.name] = engine.answer("first:2048x1536")["peak_memory_bytes"]
        engine.close()
    return most


def machine(command):
    """Everything that a figure may depend on."""
    import datetime
    import importlib.metadata
    import platform
    with open("/proc/cpuinfo") as f:
        text = f.read()
    model = next((line.split(":")[1].strip() for line in text.splitlines() if line.startswith("model name")), "unknown")
    flags = set(next((line for line in text.splitlines() if line.startswith("flags")), "").split())
    names = ("llama-cpp-python", "torch", "transformers", "onnxruntime", "numpy")
    git = ["git", "-C", ROOT]
    java = subprocess.run([SMOLVLM, "--version"], stdout=subprocess.PIPE, text=True, env={**os.environ, **p.JAVA}).stdout
    return {"date": datetime.datetime.now().isoformat(timespec="minutes"), "processor": model, "processors": os.cpu_count(),
            "instructions": [f for f in ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8") if f in flags],
            "system": platform.platform(), "java": " ".join(java.split()), "packages":
                {n: importlib.metadata.version(n) for n in names},
            "commit": subprocess.run([*git, "rev-parse", "--short", "HEAD"], stdout=subprocess.PIPE, text=True).stdout.strip(),
            "changed": bool(subprocess.run([*git, "status", "--porcelain"], stdout=subprocess.PIPE).stdout),
            "command": command}
