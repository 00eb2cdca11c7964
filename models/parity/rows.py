"""Every member of the family at its true shapes: writes a synthetic checkpoint, lets it answer, deletes it.

    python3 models/parity/rows.py [MEMBER..] [--work FOLDER] [--precision NAME] [--compare] [--keep]

Members that see are asked about a picture in one tile, instructed text models a question; base text models, which have no
template to put a question into, continue 64 tokens in `bench`. Prints a line a member: seconds to write, to load and in
all, the most memory that the answering process held, pages of the mapped checkpoint included (VmHWM), and how much was its
own (RssAnon, looked at ten times a second). Members beyond 1.1 GB are kept in 8 bits, the 8B in 4, unless --precision says
otherwise. With --compare, `synthetic.py` compares logits and greedy ids of the same checkpoint with transformers. Status 1
when a member fails. Disk: the checkpoint in bf16.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SMOLVLM = os.path.join(ROOT, "smolvlm")
PICTURE = os.path.join(ROOT, "samples", "images", "cat.jpg")
QUESTION = "What is in this picture?"
SIZES = {"SmolLM": ("135M", "360M", "1.7B"), "SmolLM2": ("135M", "360M", "1.7B")}
MEMBERS = [f"{line}-{size}{kind}" for line, sizes in SIZES.items() for size in sizes for kind in ("", "-Instruct")] + [
    "SmolVLM-256M-Instruct", "SmolVLM-256M-Base", "SmolVLM2-256M-Video-Instruct", "SmolVLM-500M-Instruct",
    "SmolVLM-500M-Base", "SmolVLM2-500M-Video-Instruct", "SmolDocling-256M-preview", "granite-docling-258M",
    "SmolVLM-Instruct", "SmolVLM-Base", "SmolVLM-Synthetic", "SmolVLM2-2.2B-Instruct", "Idefics3-8B-Llama3"]


def memory_of_its_own(pid):
    """RssAnon in bytes: without pages of mapped files, which the system may take back at any time"""
    try:
        with open(f"/proc/{pid}/status") as f:
            return next((int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def run(arguments):
    """-> seconds, the most memory it held in bytes, the most of it that was its own, standard output"""
    began = time.time()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen([SMOLVLM, *arguments], stdout=out, stderr=err)
        own, ended = 0, 0
        while not ended:
            own = max(own, memory_of_its_own(child.pid))
            time.sleep(0.1)
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode != 0:
            raise RuntimeError(err.read().strip() or f"status {child.returncode}")
        return time.time() - began, usage.ru_maxrss * 1024, own, out.read()


def precision(bytes_of_weights):
    return "exact" if bytes_of_weights < 1.1e9 else "int8" if bytes_of_weights < 8e9 else "int4"


def row(member, folder, asked):
    written, _, _, out = run(["synth", member, folder, "--json"])
    size = json.loads(out)["bytes"]
    with open(os.path.join(folder, "config.json")) as f:
        sees = json.load(f)["model_type"] != "llama"
    chosen = asked or precision(size)
    model = ["-m", folder, "--precision", chosen, "--json"]
    template = os.path.exists(os.path.join(folder, "chat_template.jinja"))
    if template:
        question = [PICTURE, QUESTION, "--no-split"] if sees else [QUESTION]
        seconds, memory, own, out = run(["ask", *question, "--max-tokens", "3", *model])
        answer = json.loads(out)
        did = f"{answer['usage']['prompt_tokens']} + {answer['usage']['completion_tokens']} tokens"
        good = answer["usage"]["completion_tokens"] > 0 and (answer["usage"]["image_tokens"] > 0) == sees
        load = answer["timings"]["load_ms"] / 1e3
    else:
        seconds, memory, own, out = run(["bench", "--stages", "prefill:64,decode:64:1", "--rounds", "1", *model])
        answer = json.loads(out)
        did, load = "64 tokens and more", answer["load_ms"] / 1e3
        good = len(answer["stages"]) == 2
    columns = [member, f"{size / 1e9:.2f}", chosen, did, f"{written:.0f}", f"{load:.1f}", f"{seconds:.0f}",
               f"{memory / 1e9:.2f}", f"{own / 1e9:.2f}"]
    print("|", " | ".join(columns), "|", flush=True)
    return good


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("members", nargs="*")
    ap.add_argument("--work", default=os.path.join(ROOT, "target", "rows"))
    ap.add_argument("--precision", choices=["exact", "int8", "int4"])
    ap.add_argument("--compare", action="store_true")
    ap.add_argument("--keep", action="store_true", help="leave the checkpoints there")
    args = ap.parse_args()
    print("| member | GB in bf16 | precision | did | s to write | s to load | s in all | most memory, GB | of it its own |")
    print("|---" * 9 + "|", flush=True)
    failed = []
    for member in args.members or MEMBERS:
        folder = os.path.join(args.work, member)
        try:
            if not row(member, folder, args.precision):
                failed.append(member)
            if args.compare:
                subprocess.run([sys.executable, os.path.join(HERE, "synthetic.py"), folder], check=True)
        except (RuntimeError, subprocess.CalledProcessError) as e:
            failed.append(member)
            print(f"{member}: {e}", flush=True)
        finally:
            if not args.keep:
                shutil.rmtree(folder, ignore_errors=True)
    if failed:
        sys.exit("failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
