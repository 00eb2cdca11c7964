"""Writes the averaged weights of a training state as a checkpoint folder."""
import argparse
import os

import torch

import checkpoint


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--run", required=True, help="folder of the state and the tokenizer")
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    tok = checkpoint.tokenizer(os.path.join(args.run, "tokenizer"))
    state = torch.load(os.path.join(args.run, "state.pt"), weights_only=False, map_location="cpu")
    checkpoint.export(args.out, tok, state["average"])
    print(state["clock"])


if __name__ == "__main__":
    main()
