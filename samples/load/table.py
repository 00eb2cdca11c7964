"""target/load/*.json -> the table of docs/reliability.md, between its two marks."""
import glob
import json
import os

from service import ROOT

BEGIN, END = "<!-- load: begin -->", "<!-- load: end -->"


def words(figures):
    def value(v):
        return f"{v:.3g}" if isinstance(v, float) else ", ".join(f"{k}: {n}" for k, n in v.items()) if isinstance(v, dict) else str(v)
    return "; ".join(f"{k.replace('_', ' ')} {value(v)}" for k, v in figures.items() if k != "levels")


def main():
    rows = ["| run | promise | held | figures | date |", "|---|---|---|---|---|"]
    for path in sorted(glob.glob(os.path.join(ROOT, "target", "load", "*.json"))):
        with open(path) as f:
            r = json.load(f)
        rows.append(f"| `samples/load/{r['run'].split('-')[0]}.py` | {r['promise']} | {'yes' if r['passed'] else '**no**'} | {words(r['figures'])} | {r['date']} |")
    page = os.path.join(ROOT, "docs", "reliability.md")
    with open(page) as f:
        text = f.read()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    with open(page, "w") as f:
        f.write(before + BEGIN + "\n" + "\n".join(rows) + "\n" + END + after)


if __name__ == "__main__":
    main()
