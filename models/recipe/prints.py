"""Printed text: single words and numbers to read, and pages of large glyphs on which the encoder learns its letters."""
from PIL import ImageDraw

import fonts
import labels
import palette
from canvas import MAP, blank, finish, pick
from wording import a, describe, up

WORDS = """OPEN CLOSED STOP EXIT SALE COFFEE TEA MILK BREAD WATER HELLO WORLD JAVA TAXI BUS HOTEL BANK PARK SHOP CAFE
NORTH SOUTH EAST WEST FREE NEW HOT COLD PUSH PULL DANGER START FINISH BOOK PIZZA MUSIC RADIO HOUSE GARDEN RIVER ROOM
GATE LEFT RIGHT UP DOWN YES NO ON OFF IN OUT GO WAIT SLOW FAST MENU PRICE TODAY MONDAY FRIDAY JUNE JULY PAPER GLASS
LONDON PARIS ROME BERLIN TOKYO TRAIN PLANE SHIP BIKE ROAD CITY TOWN LAKE SUN MOON STAR RAIN SNOW WIND FIRE""".split()
HELD_WORDS = """BAKERY SCHOOL MARKET BRIDGE STREET PLAZA OFFICE TICKET SUMMER WINTER ORANGE LEMON TIGER EAGLE CLOUD
STONE METAL SILVER TOWER CASTLE""".split()


def write(s, text, x, y, face, ink, spacing=0.0):
    """Draws one line with its top left at (x, y), marks the box of each character, and returns the glyph height."""
    pen, marks = ImageDraw.Draw(s.image), ImageDraw.Draw(s.chars)
    w, h = s.image.size
    _, top, _, bottom = face.getbbox("H0")
    if spacing:
        edges = [x]
        for ch in text:
            pen.text((edges[-1], y), ch, font=face, fill=ink)
            edges.append(edges[-1] + face.getlength(ch) + spacing)
    else:
        pen.text((x, y), text, font=face, fill=ink)
        edges = [x + face.getlength(text[:k]) for k in range(len(text) + 1)]
    for k, ch in enumerate(text):
        if ch in labels.CHARS:
            left, right = edges[k] * MAP / w, edges[k + 1] * MAP / w - 1
            marks.rectangle([left, (y + top) * MAP / h, max(left, right), (y + bottom - 1) * MAP / h],
                            fill=1 + labels.CHARS.index(ch))
    s.glyph = min(s.glyph, (bottom - top) / h)
    return bottom - top


def ink(rng, s):
    dark = sum(s.ground_rgb) > 380
    names = ["black", "black", "black", "red", "blue", "green", "purple", "brown"] if dark else \
        ["white", "white", "white", "yellow", "pink", "cyan"]
    while True:
        rgb = palette.fill(rng, str(pick(rng, *names)), s.held_out)
        if palette.apart(rgb, s.ground_rgb) > 140:
            return rgb


def made_up(rng, least=3, most=7):
    """A word that can be spoken and stands in no list, so that reading cannot be guessing."""
    n, vowel, word = int(rng.integers(least, most + 1)), rng.random() < .3, ""
    while len(word) < n:
        word += str(pick(rng, *("AAEEIOOU" if vowel else "BCDFGHJKLLMNNPRRSSTTVWXYZ")))
        vowel = not vowel if rng.random() < .85 else vowel
    return word


def random_text(rng, longest):
    n, u = int(rng.integers(1, longest + 1)), rng.random()
    if u < .4:
        return "".join(str(d) for d in rng.integers(0, 10, n))
    if u < .7:
        return "".join(labels.CHARS[int(k)] for k in rng.integers(0, 26, n))
    if u < .85:
        return "".join(labels.CHARS[int(k)] for k in rng.integers(0, len(labels.CHARS), n))
    if u < .92 and longest >= 3:
        return made_up(rng, 3, longest)
    return str(pick(rng, *[x for x in WORDS if len(x) <= max(3, longest)]))


def glyphs(rng, split=False, least=.1, most=.3):
    """A page full of random characters with no question: only the dense heads look at it."""
    s = blank(rng, wh=(256, 256) if rng.random() < .7 else None)
    w, h = s.image.size
    height = rng.uniform(least, most) * min(w, h) * (.55 if split else 1)     # of a capital letter
    face = fonts.any_face(rng, height * 1.38)
    colour, y, gap = ink(rng, s), rng.uniform(0, .1) * h, height * rng.uniform(1.25, 1.8)
    spacing = pick(rng, 0, 0, .1, .3) * height
    while y + height < h * .98:
        x, room, line = rng.uniform(0, .08) * w, .98 * w, ""
        for ch in random_text(rng, 8) + " " + random_text(rng, 8) + " " + random_text(rng, 20):
            step = face.getlength(ch) + spacing
            if x + step > room:
                break
            line, room = line + ch, room - step
        if line:
            write(s, line, x, y, face, colour, spacing)
        y += gap
    return finish(rng, s)


def scene(rng, split=False, longest=6, held_out=False):
    """One word or number on a plain ground."""
    s = blank(rng, held_out)
    w, h = s.image.size
    if held_out:
        word = str(pick(rng, *HELD_WORDS)) if rng.random() < .5 else random_text(rng, longest)
        word = word[:longest]
    else:
        word = random_text(rng, longest)
    while word.strip("-./:") == "":
        word = random_text(rng, longest)
    for _ in range(8):
        height = min(w, h) * rng.uniform(.07 if split else .13, .34)
        face = fonts.any_face(rng, height * 1.38, held_out)
        length = face.getlength(word)
        if length < w * .94:
            break
    else:
        height = .92 * w / max(1, len(word)) / .85
        face = fonts.any_face(rng, height * 1.1, held_out)
        length = face.getlength(word)
    x, y = rng.uniform(.02, max(.021, .98 - length / w)) * w, rng.uniform(.04, max(.05, .9 - 1.4 * height / h)) * h
    write(s, word, x, y, face, ink(rng, s))
    number = word.isdigit()
    s.ask("read", pick(rng, "What does it say?", "Read the text.", "What is written here?", "What is the text?",
                       "What number is shown?" if number else "What word is shown?", "Read this.",
                       "What does the sign say?", "Which text do you see?"), word)
    s.ask("first", pick(rng, "What is the first character?", "Which character comes first?"), word[0])
    s.ask("last", pick(rng, "What is the last character?", "Which character comes last?"), word[-1])
    s.ask("caption_text", describe(rng), f"The {'number' if number else 'text'} {word} on {a(s.ground)} background.")
    s.ask("ground", "What color is the background?", up(s.ground) + ".")
    return finish(rng, s)
