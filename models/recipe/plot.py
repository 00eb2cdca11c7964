"""Learning curves of a run's log as a small picture."""
import argparse
import json
import os

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from heldout import GROUPS


def main():
    ap = argparse.ArgumentParser(description=__doc__)
    ap.add_argument("--run", required=True)
    ap.add_argument("--out", required=True)
    args = ap.parse_args()
    with open(os.path.join(args.run, "log.jsonl")) as f:
        rows = [json.loads(line) for line in f]
    steps = [r for r in rows if "answer" in r]
    tests = [r for r in rows if r.get("test") == "split"]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), dpi=70)
    for key in ("words", "colour", "shape", "char"):
        left.plot([r["pictures"] / 1000 for r in steps], [100 * r[key] for r in steps], label=key, lw=1)
    left.set(title="training: percent right", xlabel="pictures, thousands", ylim=(0, 101))
    left.legend(fontsize=7)
    for group, kinds in {**GROUPS, "chart titles": ("chart_title",)}.items():
        of = [(t["pictures"] / 1000, [t["right"][k] for k in kinds if k in t["right"]]) for t in tests]
        here = [(x, sum(ys) / len(ys)) for x, ys in of if ys]
        if here:
            right.plot(*zip(*here), label=group, lw=1, marker=".")
    right.set(title="held out, split: percent right, mean of kinds", xlabel="pictures, thousands", ylim=(0, 101))
    right.legend(fontsize=7)
    figure.tight_layout()
    figure.savefig(args.out)


if __name__ == "__main__":
    main()
