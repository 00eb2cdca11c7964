"""Learning curves of a run's log as a small picture."""
import argparse
import json
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--run", required=True)
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    with open(os.path.join(args.run, "log.jsonl")) as f:
        rows = [json.loads(line) for line in f]
    steps = [r for r in rows if "answer" in r]
    tests = [r for r in rows if r.get("test") == "whole"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), dpi=70)
    for key in ("words", "colour", "shape", "char"):
        left.plot([r["pictures"] / 1000 for r in steps], [100 * r[key] for r in steps], label=key, lw=1)
    left.set(title="training: percent right", xlabel="pictures, thousands", ylim=(0, 101))
    left.legend(fontsize=7)
    kinds = sorted({k for t in tests for k in t["right"]})
    for kind in kinds:
        here = [(t["pictures"] / 1000, t["right"][kind]) for t in tests if kind in t["right"]]
        if len(here) > 1 or len(tests) < 2:
            right.plot(*zip(*here), label=kind, lw=1, marker=".")
    right.set(title="held out, unsplit: percent right", xlabel="pictures, thousands", ylim=(0, 101))
    right.legend(fontsize=5, ncol=2)
    figure.tight_layout()
    figure.savefig(args.out)


if __name__ == "__main__":
    main()
