"""Writes a held-out set: pictures and questions.jsonl, with fonts, layouts, palettes and words that training never draws.

One line a question: id, kind, tier, group (of kinds that a goal is set for together, or empty), pictures (file names),
split (the setting it is to be asked with), messages (the family's chat form, earlier turns with their right answers) and
the expected answer.
"""
import argparse
import json
import os

import numpy as np

import charts
import documents
import mix
import pairs
import prints
import shape_questions
import shapes
import textures

TIER = {"read": 2, "first": 2, "last": 2, "field": 2, "json": 2, "changed": 2, "turns": 2}


# kinds that a goal is set for together; the others count in their tier only
GROUPS = {"colour, count, presence, place": ("colour", "ground", "count", "count_of", "presence", "place", "at"),
          "document fields": ("field",), "fields of two pages": ("page_field",), "chart values": ("chart_value",),
          "printed text": ("read", "first", "last", "caption_text"),
          "scene captions": tuple(f"caption{n}" for n in range(1, 7))}
GROUP = {kind: name for name, kinds in GROUPS.items() for kind in kinds}


def tier(kind):
    two = kind.startswith(("chart", "doc", "pair", "page", "caption_text", "caption_doc", "caption_pages", "caption_chart"))
    return 2 if two else TIER.get(kind, 1)


def scenes(rng, kind):
    """-> pictures of one item, conversations about them"""
    if kind == "shapes":
        s = shapes.scene(rng, 1 + int(rng.choice(5, p=[.24, .25, .25, .2, .06])), held_out=True)
        shape_questions.ask_all(rng, s)
        return [s.image], s.qa
    if kind == "texture":
        s = textures.scene(rng, held_out=True)
        return [s.image], s.qa
    if kind == "chat":
        return [], mix.draw(rng, "chat", False, held_out=True).qa[:1]
    if kind in ("pair", "pages"):
        first, second = (pairs.scenes if kind == "pair" else documents.pages)(rng, held_out=True)
        return [first.image, second.image], first.qa
    s = {"print": lambda: prints.scene(rng, True, held_out=True), "document": lambda: documents.scene(rng, True),
         "chart": lambda: charts.scene(rng, True)}[kind]()
    return [s.image], s.qa


def messages(pictures, turns):
    made = []
    for k, (question, answer) in enumerate(turns):
        images = [{"type": "image"} for _ in range(pictures)] if k == 0 else []
        made.append({"role": "user", "content": images + [{"type": "text", "text": question}]})
        if k < len(turns) - 1:
            made.append({"role": "assistant", "content": [{"type": "text", "text": answer}]})
    return made


PLAN = {"shapes": .54, "texture": .06, "chat": .03, "print": .09, "document": .1, "chart": .1, "pair": .05, "pages": .03}
PRINTED = ("print", "document", "chart", "pages")      # asked split: their letters cannot be read on one tile


def build(pictures, seed, kinds=None, questions=99):
    """-> [(images, record)], the record without file names"""
    kinds = kinds or list(PLAN)
    share = np.array([PLAN[k] for k in kinds])
    order = np.random.default_rng(seed).choice(len(kinds), pictures, p=share / share.sum())
    made = []
    for i, k in enumerate(order):
        rng = np.random.default_rng([seed, i])
        images, qa = scenes(rng, kinds[k])
        split = bool(rng.random() < .7) or kinds[k] in PRINTED
        for n in rng.permutation(len(qa))[:questions].tolist():
            kind, turns = qa[n]
            made.append((i, images, {"kind": kind, "tier": tier(kind), "group": GROUP.get(kind, ""), "split": split,
                                     "messages": messages(len(images), turns), "answer": turns[-1][1]}))
    return made


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("--pictures", type=int, default=400)
    ap.add_argument("--questions", type=int, default=99, help="at most, a picture")
    ap.add_argument("--seed", type=int, default=90001)
    ap.add_argument("--kinds", help="comma-separated: " + ", ".join(PLAN))
    args = ap.parse_args()
    os.makedirs(args.out, exist_ok=True)
    written = {}
    with open(os.path.join(args.out, "questions.jsonl"), "w") as f:
        for n, (i, images, record) in enumerate(build(args.pictures, args.seed, args.kinds and args.kinds.split(","), args.questions)):
            if i not in written:
                written[i] = []
                for k, image in enumerate(images):
                    name = f"{i:05d}{'ab'[k] if len(images) > 1 else ''}.png"
                    image.save(os.path.join(args.out, name))
                    written[i].append(name)
            f.write(json.dumps({"id": n, "pictures": written[i], **record}) + "\n")
    print(n + 1, "questions about", len(written), "items")


if __name__ == "__main__":
    main()
