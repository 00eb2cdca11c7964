"""Writes the averaged weights of a training state as a checkpoint folder, with files.txt (SHA-256, bytes, name a line)."""
import argparse
import hashlib
import os

import torch

import checkpoint


def list_files(folder):
    rows = []
    for name in sorted(os.listdir(folder)):
        if name != "files.txt":
            with open(os.path.join(folder, name), "rb") as f:
                data = f.read()
            rows.append(f"{hashlib.sha256(data).hexdigest()} {len(data)} {name}\n")
    with open(os.path.join(folder, "files.txt"), "w") as f:
        f.writelines(rows)


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--run", required=True, help="folder of the state and the tokenizer")
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    tok = checkpoint.tokenizer(os.path.join(args.run, "tokenizer"))
    state = torch.load(os.path.join(args.run, "state.pt"), weights_only=False, map_location="cpu")
    checkpoint.export(args.out, tok, state["average"])
    list_files(args.out)
    print(state["clock"])


if __name__ == "__main__":
    main()
