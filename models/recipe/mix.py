"""What is drawn, and how much of each: easy scenes first, print practice all along, documents late."""
from dataclasses import dataclass, field

import numpy as np

import charts
import documents
import pairs
import prints
import processor
import shape_questions
import shapes
import textures
from wording import typed


@dataclass
class Example:
    """One row for the decoder: pictures as tiles, their grids and dense labels, and conversations about them."""
    pixels: np.ndarray                        # uint8 [tiles, 128, 128, 3]; empty for a message without pictures
    cells: np.ndarray                         # [tiles, 3, 16, 16]
    grids: tuple = ()
    qa: list = field(default_factory=list)


# shares of the pictures of a step that carry questions, by name of the generator
STAGES = {
    "dense": {"shapes": .7, "print": .3},
    "shapes": {"shapes": .94, "texture": .04, "chat": .02},
    "all": {"shapes": .34, "texture": .03, "chat": .01, "print": .14, "chart": .17, "document": .23, "pair": .05, "pages": .03},
}
PRINTED = ("print", "document", "chart", "pages")         # on one tile most of their letters cannot be read


def example(scene, split):
    pixels, rows, cols = processor.tiles(scene.image, split)
    return Example(pixels, processor.cell_labels(scene, rows, cols), ((rows, cols),), scene.qa)


def draw(rng, kind, split, ease=0.0, held_out=False):
    """ease 1: mostly single shapes; 0: the full range."""
    if kind == "shapes":
        hard = np.array([.14, .23, .28, .29, .05, .01])
        easy = np.array([.6, .3, .05, .05, 0, 0])
        s = shapes.scene(rng, 1 + int(rng.choice(6, p=ease * easy + (1 - ease) * hard)), held_out)
        shape_questions.ask_all(rng, s)
        if rng.random() < .06:
            shape_questions.ask_knowledge(rng, s)
        return example(s, split)
    if kind == "texture":
        return example(textures.scene(rng, held_out), split)
    if kind == "print":
        return example(prints.scene(rng, split, held_out=held_out), split)
    if kind == "document":
        return example(documents.scene(rng, held_out), split)
    if kind == "chart":
        return example(charts.scene(rng, held_out), split)
    if kind in ("pair", "pages"):
        scenes = pairs.scenes if kind == "pair" else documents.pages
        first, second = (example(s, split) for s in scenes(rng, held_out))
        return Example(np.concatenate([first.pixels, second.pixels]), np.concatenate([first.cells, second.cells]),
                       first.grids + second.grids, first.qa)
    if kind == "chat":
        qa = [("unknown", [(shape_questions.knowledge(rng, held_out), shape_questions.DONT_KNOW)]) for _ in range(3)]
        return Example(np.zeros((0, 128, 128, 3), np.uint8), np.zeros((0, 3, 16, 16), np.int64), (), qa)
    raise ValueError(kind)


def practice(rng, stage):
    """A tile for the dense heads alone: crowds of shapes first, letters later."""
    if stage in ("dense", "shapes") or rng.random() < .3:
        s = shapes.scene(rng, int(rng.integers(5, 10)))
    else:
        s = prints.glyphs(rng, least=.1, most=.3)
    pixels, rows, cols = processor.tiles(s.image, False)
    return Example(pixels, processor.cell_labels(s, rows, cols))


# kinds that are learnt soon are asked less, those that take long more
EASY = {"ground": .2, "size": .35, "count": .4, "unknown": .3, "json": .3, "turns": .5, "doc_kind": .3, "chart_kind": .3,
        "at": .3, "colour": .6, "shape": .5, "presence": .6, "refusal": .5, "place": 3.0, "count_of": 4.0, "compare": 1.2}


def choose(rng, qa, room, length):
    """Conversations that fill `room` tokens, so that rows of a step are about as long as one another.

    A caption or a reading is among them most of the time; `length` measures a conversation.
    """
    ease = np.array([EASY.get(kind, 1.0) for kind, _ in qa])
    order = np.argsort(rng.exponential(1, len(qa)) / ease).tolist()            # drawn by weight, without replacement
    first = [i for i in order if qa[i][0].startswith(("caption", "read", "field", "changed"))]
    if rng.random() < .75:
        order = first[:1] + [i for i in order if i not in first[:1]]
    chosen = []
    for i in order:
        turns = [(typed(rng, q), a) for q, a in qa[i][1]]
        n = length(turns)
        if n <= room or not chosen:
            chosen.append(turns)
            room -= n
    return chosen


def batch(rng, stage, whole, split, drill, progress):
    """The examples of one step: unsplit pictures, split pictures, and practice tiles."""
    share = STAGES[stage]
    kinds = list(share)
    ease = max(0.0, 1 - 6 * progress) if stage in ("dense", "shapes") else 0.0

    def some(n, cut):
        p = np.array([share[k] * (.35 if k in PRINTED and not cut else 1) for k in kinds])
        return [draw(rng, kinds[k], cut, ease) for k in rng.choice(len(kinds), n, p=p / p.sum())]
    return some(whole, False), some(split, True), [practice(rng, stage) for _ in range(drill)]
