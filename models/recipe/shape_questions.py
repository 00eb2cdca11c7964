"""What can be asked about a scene of shapes: one canonical answer to each question, and none where eyes could differ."""
import labels
from canvas import pick
from wording import DONT_KNOW, a, describe, join, many, up

LARGER = 1.35                                 # sizes are compared only when the reaches differ by this factor
SMALL, LARGE = .12, .24                       # reach as a fraction of the shorter side; nothing is asked between
BETWEEN = (.15, .2)


def ask_all(rng, s):
    T, n = s.things, len(s.things)
    _caption(rng, s, T, n)
    _attributes(rng, s, T, n)
    _counts(rng, s, T, n)
    _presence(rng, s, T, n)
    _place(rng, s, T, n)
    _compare(rng, s, T, n)
    _refuse(rng, s, T)
    if rng.random() < .06:
        _json(rng, s, T)
    hue = pick(rng, "color", "colour")
    s.ask("ground", pick(rng, f"What {hue} is the background?", f"Which {hue} is the background?",
                         f"What is the {hue} of the background?", f"What is the background {hue}?"), up(s.ground) + ".")
    if rng.random() < .4:
        _follow_up(rng, s, T)


def caption(s):
    T = s.things
    if s.order:
        return f"From {s.order}: " + join([a(t.name) for t in T]) + "."
    if len(T) == 1:
        where = T[0].place + " of" if T[0].place.endswith("middle") else T[0].place + " of"
        return up(f"{a(T[0].name)} {where} {a(s.ground)} background.")
    return up(join([f"{a(t.name)} {t.place}" for t in T]) + ".")


def _caption(rng, s, T, n):
    s.ask(f"caption{n}", describe(rng), caption(s))


def _called(rng, T, i):
    """A name that fits only thing i, or None."""
    names = [t.name for t in T]
    if names.count(T[i].name) > 1:
        return None
    if [t.shape for t in T].count(T[i].shape) == 1 and rng.random() < .5:
        return T[i].shape
    return T[i].name


def _attributes(rng, s, T, n):
    hue = pick(rng, "color", "colour")
    forms, colours = [t.shape for t in T], [t.colour for t in T]
    lone = [i for i in range(n) if forms.count(forms[i]) == 1]
    if lone:
        i = int(pick(rng, *lone))
        options = [f"What {hue} is the {forms[i]}?", f"Which {hue} does the {forms[i]} have?",
                   f"What is the {hue} of the {forms[i]}?", f"Which {hue} is the {forms[i]}?"]
        if n == 1:
            options += [f"What {hue} is the shape?", f"What {hue} is it?"]
        s.ask("colour", pick(rng, *options), up(colours[i]) + ".")
    lone = [i for i in range(n) if colours.count(colours[i]) == 1]
    if lone:
        i = int(pick(rng, *lone))
        options = [f"Which shape is {colours[i]}?", f"What is the {colours[i]} shape?", f"What shape is {colours[i]}?"]
        if n == 1:
            options += ["What shape is it?", "Which shape is this?", "What shape is in the picture?", "What shape is this?"]
        s.ask("shape", pick(rng, *options), up(a(forms[i])) + ".")
    i = int(rng.integers(n))
    if T[i].place:
        s.ask("at", pick(rng, f"What is {T[i].place}?", f"Which shape is {T[i].place}?", f"What do you see {T[i].place}?",
                         f"What is {T[i].place} of the picture?"), up(a(T[i].name)) + ".")
    clear = [i for i in range(n) if (T[i].r < SMALL or T[i].r > LARGE) and not BETWEEN[0] < T[i].r < BETWEEN[1]]
    if clear and rng.random() < .4:
        i = int(pick(rng, *clear))
        name = _called(rng, T, i)
        if name:
            s.ask("size", pick(rng, f"Is the {name} small or large?", f"Is the {name} large or small?"),
                  "Small." if T[i].r < SMALL else "Large.")


def _counts(rng, s, T, n):
    s.ask("count", pick(rng, "How many shapes are there?", "How many shapes do you see?", "Count the shapes.",
                        "How many shapes are in the picture?", "How many objects are there?",
                        "How many things are in the image?"), str(n))
    if rng.random() < .5:
        c = pick(rng, *T).colour if rng.random() < .75 else pick(rng, *labels.FILLS)
        k = sum(t.colour == c for t in T)
        s.ask("count_of", pick(rng, f"How many {c} shapes are there?", f"How many shapes are {c}?",
                               f"Count the {c} shapes.", f"How many {c} shapes do you see?"), str(k))
    else:
        f = pick(rng, *T).shape if rng.random() < .75 else pick(rng, *labels.SHAPES)
        k = sum(t.shape == f for t in T)
        s.ask("count_of", pick(rng, f"How many {many(f)} are there?", f"How many {many(f)} do you see?",
                               f"Count the {many(f)}.", f"How many {many(f)} are in the picture?"), str(k))


def absent(rng, T):
    """A coloured shape that is not there, one half of which often is."""
    names = {t.name for t in T}
    t = pick(rng, *T)
    while True:
        u = rng.random()
        c = t.colour if u < .4 else pick(rng, *labels.FILLS)
        f = t.shape if .4 <= u < .8 else pick(rng, *labels.SHAPES)
        if len(T) > 1 and u > .9:
            c, f = pick(rng, *T).colour, pick(rng, *T).shape
        if f"{c} {f}" not in names:
            return c, f


def _presence(rng, s, T, n):
    forms, colours = {t.shape for t in T}, {t.colour for t in T}
    for _ in range(2):
        yes, u = rng.random() < .5, rng.random()
        if u < .45:
            what = pick(rng, *T).name if yes else " ".join(absent(rng, T))
            q = pick(rng, f"Is there {a(what)}?", f"Do you see {a(what)}?", f"Is there {a(what)} in the picture?",
                     f"Can you see {a(what)}?")
        elif u < .75:
            f = pick(rng, *T).shape if yes else pick(rng, *[x for x in labels.SHAPES if x not in forms])
            q = pick(rng, f"Is there {a(f)}?", f"Do you see {a(f)}?", f"Is there {a(f)} in the picture?",
                     f"Are there any {many(f)}?")
        else:
            c = pick(rng, *T).colour if yes else pick(rng, *[x for x in labels.FILLS if x not in colours])
            q = pick(rng, f"Is there {a(c)} shape?", f"Is any shape {c}?", f"Do you see {a(c)} shape?",
                     f"Is there anything {c}?") if c != s.ground else f"Is there {a(c)} shape?"
        s.ask("presence", q, "Yes." if yes else "No.")


def _place(rng, s, T, n):
    i = int(rng.integers(n))
    name = _called(rng, T, i)
    if T[i].place and name:
        s.ask("place", pick(rng, f"Where is the {name}?", f"Where do you see the {name}?",
                            f"Where is the {name} in the picture?"), up(T[i].place) + ".")
    elif s.order and rng.random() < .7:
        first, last = ("leftmost", "rightmost") if s.order == "left to right" else ("topmost", "lowest")
        which, t = (first, T[0]) if rng.random() < .5 else (last, T[-1])
        s.ask("place", pick(rng, f"Which shape is {which}?", f"What is the {which} shape?"), up(a(t.name)) + ".")


def _compare(rng, s, T, n):
    if n < 2:
        return
    i, j = rng.choice(n, 2, replace=False).tolist()
    p, q = T[i], T[j]
    pn, qn = _called(rng, T, i), _called(rng, T, j)
    if pn and qn:
        if max(p.r, q.r) > LARGER * min(p.r, q.r):
            big = pn if p.r > q.r else qn
            little = qn if p.r > q.r else pn
            u = rng.random()
            if u < .3:
                s.ask("compare", pick(rng, f"Which is larger, the {pn} or the {qn}?",
                                      f"Which is bigger, the {pn} or the {qn}?"), f"The {big}.")
            elif u < .5:
                s.ask("compare", f"Which is smaller, the {pn} or the {qn}?", f"The {little}.")
            else:
                word = pick(rng, "larger", "bigger", "smaller")
                yes = (p.r > q.r) != (word == "smaller")
                s.ask("compare", f"Is the {pn} {word} than the {qn}?", "Yes." if yes else "No.")
        if abs(p.x - q.x) > .2 and rng.random() < .5:
            side = pick(rng, "left", "right")
            yes = (p.x < q.x) == (side == "left")
            s.ask("compare", pick(rng, f"Is the {pn} to the {side} of the {qn}?", f"Is the {pn} {side} of the {qn}?"),
                  "Yes." if yes else "No.")
        elif abs(p.y - q.y) > .2:
            side = pick(rng, "above", "below")
            yes = (p.y < q.y) == (side == "above")
            s.ask("compare", f"Is the {pn} {side} the {qn}?", "Yes." if yes else "No.")
    if n == 2 and rng.random() < .4:
        if rng.random() < .5:
            s.ask("compare", pick(rng, "Do both shapes have the same color?", "Are the shapes the same color?"),
                  "Yes." if T[0].colour == T[1].colour else "No.")
        else:
            s.ask("compare", pick(rng, "Are both shapes the same?", "Do both have the same shape?"),
                  "Yes." if T[0].shape == T[1].shape else "No.")
    forms = sorted({t.shape for t in T})
    if len(forms) > 1 and rng.random() < .4:
        f, g = rng.permutation(forms)[:2].tolist()
        more = sum(t.shape == f for t in T) - sum(t.shape == g for t in T)
        s.ask("compare", f"Are there more {many(f)} than {many(g)}?", "Yes." if more > 0 else "No.")


def _refuse(rng, s, T):
    """Questions about what is not there are answered by saying so."""
    hue = pick(rng, "color", "colour")
    forms = {t.shape for t in T}
    if rng.random() < .5:
        f = pick(rng, *[x for x in labels.SHAPES if x not in forms])
        s.ask("refusal", pick(rng, f"What {hue} is the {f}?", f"Where is the {f}?", f"Which {hue} does the {f} have?",
                              f"What is the {hue} of the {f}?", f"Where do you see the {f}?"), f"There is no {f}.")
    else:
        c, f = absent(rng, T)
        s.ask("refusal", pick(rng, f"Where is the {c} {f}?", f"Where do you see the {c} {f}?",
                              f"Is the {c} {f} small or large?", f"Where is the {c} {f} in the picture?"),
              f"There is no {c} {f}.")


def _json(rng, s, T):
    shapes = ", ".join(f'{{"color": "{t.colour}", "shape": "{t.shape}"}}' for t in T)
    s.ask("json", pick(rng, "Describe the picture as JSON.", "List the shapes as JSON.", "Answer as JSON: which shapes are there?",
                       "Give me the shapes in JSON."), f'{{"shapes": [{shapes}]}}')


def _follow_up(rng, s, T):
    """Second turns: any two questions in a row, or a pronoun that stands for the thing just named."""
    singles = [(k, turns[0]) for k, turns in s.qa if not k.startswith(("caption", "json"))]
    i = int(rng.integers(len(T)))
    name, t = _called(rng, T, i), T[i]
    if name and rng.random() < .6:
        hue = pick(rng, "color", "colour")
        turns = []
        if t.place:
            turns.append((f"Where is the {name}?", up(t.place) + "."))
            then = (pick(rng, f"What {hue} is it?", f"And what {hue} is it?"), up(t.colour) + ".")
        else:
            turns.append((f"Is there {a(name)}?", "Yes."))
            then = (pick(rng, f"What {hue} is it?", f"Which {hue} does it have?"), up(t.colour) + ".")
        if name != t.shape and rng.random() < .5:
            turns, then = [(f"Is there {a(t.name)}?", "Yes.")], ("Where is it?", up(t.place) + ".") if t.place else then
        s.qa.append(("turns", turns + [then]))
    elif len(singles) > 1:
        p, q = rng.choice(len(singles), 2, replace=False).tolist()
        s.qa.append(("turns", [singles[p][1], singles[q][1]]))


KNOWLEDGE = ("What is the capital of France?", "Who wrote Hamlet?", "What is 12 times 7?", "Tell me a joke.",
             "How is the weather today?", "Who is the president?", "What time is it?", "Write a poem.",
             "What is the meaning of life?", "Translate hello into French.", "How old is the universe?",
             "Explain quantum physics.", "Who painted the Mona Lisa?", "What is the largest ocean?",
             "How far is the moon?", "Write a Java program.", "What is the speed of light?", "Who invented the telephone?",
             "What is the population of Germany?", "When did the war end?", "Give me a recipe for bread.",
             "What is the best film?", "How do I cook rice?", "Where is Berlin?", "What is machine learning?",
             "Summarize the news.", "Who won the world cup?", "What is the square root of 16?", "Name a planet.",
             "What language do they speak in Brazil?", "Why is the sky blue?", "How tall is Mount Everest?",
             "Who are you to judge?", "What is a transformer?", "Which animal is the fastest?", "What should I eat today?",
             "Do you love me?", "What is your favorite book?", "Write an essay about history.", "How does a car work?")
HELD_KNOWLEDGE = ("What is the capital of Spain?", "Who wrote Faust?", "What is 9 plus 15?", "Tell me a story.",
                  "How deep is the ocean?", "Who discovered America?", "What is the boiling point of water?",
                  "Explain gravity.", "Write a letter to my boss.", "Which country is the largest?")


PEOPLE = "Mozart Einstein Napoleon Cleopatra Darwin Gandhi Newton Picasso Beethoven Caesar Columbus Chopin".split()
LANDS = "Italy Japan Canada Egypt Norway Chile India Kenya Peru Poland Turkey Greece Brazil Mexico Sweden Cuba".split()
THINGS = """a computer, a river, the sun, a tree, an engine, music, water, a bank, the internet, a bridge, a language, a
volcano, electricity, a novel, a database, photosynthesis, an island, the brain, a comet, inflation""".replace("\n", " ").split(", ")
DOINGS = """sleep well, learn German, fix a bike, grow tomatoes, bake a cake, save money, write a letter, sort a list, swim,
find a job, play chess, clean a window, draw a horse, train for a marathon""".replace("\n", " ").split(", ")
SUBJECTS = "the sea,winter,my dog,friendship,Rome,football,a robot,the future,autumn,a lost key,coffee,trains".split(",")


def knowledge(rng, held_out=False):
    """What the model must not claim to know: a listed question, or one made of a pattern and a filling."""
    if held_out:
        return pick(rng, *HELD_KNOWLEDGE)
    if rng.random() < .3:
        return pick(rng, *KNOWLEDGE)
    who, land, thing, doing, subject = (str(pick(rng, *x)) for x in (PEOPLE, LANDS, THINGS, DOINGS, SUBJECTS))
    m, n = rng.integers(2, 100, 2).tolist()
    return pick(rng, f"Who was {who}?", f"When was {who} born?", f"Where did {who} live?", f"What did {who} do?",
                f"What is the capital of {land}?", f"How many people live in {land}?", f"What language is spoken in {land}?",
                f"Is {land} larger than {pick(rng, *LANDS)}?", f"Where is {land}?", f"Who is the president of {land}?",
                f"What is {m} plus {n}?", f"What is {m} minus {n}?", f"How much is {m} times {n}?", f"Divide {m} by {n}.",
                f"What is {thing}?", f"How does {thing} work?", f"Explain {thing}.", f"Tell me about {thing}.",
                f"How do I {doing}?", f"Teach me to {doing}.", f"Give me tips to {doing}.",
                f"Write a poem about {subject}.", f"Write a story about {subject}.", f"What do you think of {subject}?",
                f"Translate {subject} into {pick(rng, 'Spanish', 'German', 'Latin', 'Polish')}.",
                f"Write a {pick(rng, 'Python', 'Rust', 'Java', 'Go')} function that sorts {m} numbers.")


def ask_knowledge(rng, s):
    s.ask("unknown", knowledge(rng, s.held_out), DONT_KNOW)
