"""Receipts, forms and tables of a few fields.  Every value stands on the page as it is answered."""
import fonts
import labels
import palette
from canvas import blank, finish, pick
from prints import made_up, write
from wording import describe, up

GOODS = "TEA COFFEE BREAD MILK CAKE SOUP RICE EGGS WATER JUICE APPLE PASTA FISH SALAD PIZZA BEER HONEY SUGAR".split()
SHOPS = "MARKET BAKERY CAFE ROMA CITY SHOP CORNER DELI SUNNY FOODS BISTRO PIZZA HOUSE GREEN FRESH STAR MINI".split()
NAMES = "ANNA BEN CLARA DAVID EMMA FELIX GRETA HUGO IDA JONAS KATE LEO MARIA NINA OSCAR PAUL ROSA SAM TOM VERA".split()
CITIES = "BERLIN PARIS ROME LONDON MADRID VIENNA OSLO LISBON DUBLIN PRAGUE ATHENS WARSAW ZURICH TURIN MILAN".split()
HELD_GOODS, HELD_SHOPS = "LEMON CHEESE CANDY TOAST MELON".split(), "OLYMPIA NORDIC LUNA BOSTON VILLA".split()
HELD_NAMES, HELD_CITIES = "ALAN DIANA ERIK SOFIA VICTOR".split(), "LYON GENEVA BREMEN KRAKOW PORTO".split()
GROUNDS = ("white", "white", "white", "light yellow", "light blue", "light green")


def words(rng, held_out, known, held, n=1):
    """n different words: of the held-out list; of the known one, or at times made up."""
    if held_out:
        return rng.choice(held, n, replace=False).tolist()
    chosen = rng.choice(known, n, replace=False).tolist()
    return [made_up(rng) if rng.random() < .5 else w for w in chosen]


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def date(rng):
    y, m, d = 2018 + int(rng.integers(0, 12)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    return pick(rng, f"{y}-{m:02d}-{d:02d}", f"{d:02d}.{m:02d}.{y}", f"{m:02d}/{d:02d}/{y}")


def digits(rng, n):
    return "".join(str(d) for d in rng.integers(0, 10, n))


def page(rng, held_out, lines):
    """-> scene, width, height, face, ink, line pitch, left margin; sized so that the lines fill the page"""
    w = int(pick(rng, 300, 360, 420) if held_out else pick(rng, 256, 256, 288, 320, 384))
    h = int(w * rng.uniform(.8, 1.25))
    s = blank(rng, held_out, GROUNDS, plain=.8, wh=(w, h))
    pitch = min(h * .94 / lines, .125 * w)
    tall = pitch * rng.uniform(.72, .9)
    face = fonts.any_face(rng, min(tall, w * .088), held_out)
    dark = pick(rng, "black", "black", "black", "blue", "brown")
    return s, w, h, face, palette.fill(rng, dark, held_out), pitch, w * rng.uniform(.03, .08)


def rule(rng, s, y, ink):
    from PIL import ImageDraw
    if rng.random() < .4:
        w = s.image.size[0]
        ImageDraw.Draw(s.image).line([(w * .04, y), (w * .96, y)], fill=ink, width=1)


def receipt(rng, held_out=False):
    shop = " ".join(words(rng, held_out, SHOPS, HELD_SHOPS, 1 if rng.random() < .7 else 2))[:12].strip()
    items = [(g, int(rng.integers(50, 2500))) for g in words(rng, held_out, GOODS, HELD_GOODS + GOODS[:6], int(rng.integers(1, 4)))]
    total, when, number = money(sum(p for _, p in items)), date(rng), digits(rng, int(rng.integers(3, 6)))
    head = [(pick(rng, "DATE", "DATE:"), when)]
    if rng.random() < .5:
        head.insert(int(rng.integers(0, 2)), (pick(rng, "NO", "NO:", "RECEIPT"), number))
    else:
        number = None
    rows = [(shop, "")] + head + [(g, money(p)) for g, p in items] + [(pick(rng, "TOTAL", "TOTAL", "SUM", "TOTAL:"), total)]
    s, w, h, face, ink, pitch, left = page(rng, held_out, len(rows) + .4)
    y = rng.uniform(0, max(1, h - pitch * len(rows) - 2))
    for k, (name, value) in enumerate(rows):
        if k == 0 and rng.random() < .5:
            left_ = (w - face.getlength(name)) / 2
        else:
            left_ = left
        write(s, name, left_, y, face, ink)
        if value:
            write(s, value, w - left - face.getlength(value), y, face, ink)
        if k in (0, len(rows) - 2):
            rule(rng, s, y + pitch * .98, ink)
        y += pitch
    s.ask("field", pick(rng, "What is the total?", "How much is the total?", "What is the total amount?", "What is the sum?"), total)
    s.ask("field", pick(rng, "What is the date?", "Which date is on the receipt?", "When was this bought?"), when)
    s.ask("field", pick(rng, "What is the shop called?", "Which shop is it?", "What is the name of the shop?"), shop)
    if number:
        s.ask("field", pick(rng, "What is the receipt number?", "What is the number of the receipt?", "Which number does it have?"), number)
    g, p = pick(rng, *items)
    s.ask("field", pick(rng, f"How much is the {g.lower()}?", f"What does the {g.lower()} cost?", f"What is the price of {g}?"), money(p))
    s.ask("doc_count", "How many items are on the receipt?", str(len(items)))
    s.ask("doc_kind", pick(rng, "What kind of document is this?", "What is this?"), "A receipt.")
    s.ask("caption_doc", describe(rng), f"A receipt from {shop} with a total of {total}.")
    s.ask("json", pick(rng, "Give me date and total as JSON.", "Extract the date and the total as JSON."),
          f'{{"date": "{when}", "total": "{total}"}}')
    return finish(rng, s)


def form(rng, held_out=False):
    fields = {"NAME": words(rng, held_out, NAMES, HELD_NAMES)[0], "CITY": words(rng, held_out, CITIES, HELD_CITIES)[0], "DATE": date(rng),
              "PHONE": digits(rng, 3) + "-" + digits(rng, 4), "ROOM": digits(rng, 3), "ID": digits(rng, 5),
              "AGE": str(int(rng.integers(18, 90))), "TOTAL": money(int(rng.integers(100, 90000))),
              "NO": digits(rng, 4), "CODE": "".join(labels.CHARS[int(k)] for k in rng.integers(0, 26, 3))}
    n = int(rng.integers(3, 6))
    keys = ["NAME"] * (rng.random() < .8) + rng.permutation([k for k in fields if k != "NAME"]).tolist()
    keys = rng.permutation(keys[:n]).tolist()
    title = pick(rng, "FORM", "ORDER", "INVOICE", "TICKET", "") if not held_out else pick(rng, "LABEL", "BILL", "")
    rows = [(title, "")] * bool(title) + [(k, fields[k]) for k in keys]
    s, w, h, face, ink, pitch, left = page(rng, held_out, len(rows) + .4)
    mark, column = pick(rng, ":", ":", ""), rng.uniform(.36, .45) if rng.random() < .6 else None
    y = rng.uniform(0, max(1, h - pitch * len(rows) - 2))
    for k, (name, value) in enumerate(rows):
        head = name + (mark if value else "")
        write(s, head, left, y, face, ink)
        if value:
            x = w * column if column else left + face.getlength(head + " ")
            write(s, value, min(max(x, left + face.getlength(head + " ")), w * .98 - face.getlength(value)), y, face, ink)
        y += pitch
    ask = {"NO": "number", "ID": "ID"}
    for k in keys:
        word = ask.get(k, k.lower())
        s.ask("field", pick(rng, f"What is the {word}?", f"What {word} is given?", f"Which {word} is on the form?",
                            f"Read the {word}."), fields[k])
    s.ask("doc_count", "How many fields are there?", str(len(keys)))
    s.ask("doc_kind", pick(rng, "What kind of document is this?", "What is this?"), "A form.")
    s.ask("caption_doc", describe(rng), f"A form with {len(keys)} fields.")
    s.ask("json", pick(rng, "Give me the fields as JSON.", "Extract the fields as JSON."),
          "{" + ", ".join(f'"{k.lower()}": "{fields[k]}"' for k in keys) + "}")
    return finish(rng, s)


def table(rng, held_out=False):
    from PIL import ImageDraw
    n, people = int(rng.integers(2, 5)), rng.random() < .5
    left_names = words(rng, held_out, *((NAMES, HELD_NAMES) if people else (GOODS, HELD_GOODS)), n)
    head = ("NAME", pick(rng, "AGE", "POINTS", "ROOM")) if people else ("ITEM", pick(rng, "PRICE", "COUNT"))
    values = [money(int(rng.integers(50, 3000))) if head[1] == "PRICE" else str(int(rng.integers(1, 100))) for _ in range(n)]
    rows = [head] + list(zip(left_names, values))
    s, w, h, face, ink, pitch, left = page(rng, held_out, len(rows) + .6)
    pen, y0 = ImageDraw.Draw(s.image), rng.uniform(2, max(3, h - pitch * len(rows) - 3))
    column, lines = rng.uniform(.52, .62) * w, rng.random() < .7
    for k, (p, q) in enumerate(rows):
        y = y0 + k * pitch
        write(s, p, left + 4, y, face, ink)
        write(s, q, column + 6, y, face, ink)
        if lines:
            pen.line([(left, y + pitch * .97), (w - left, y + pitch * .97)], fill=ink)
    if lines:
        pen.line([(column, y0), (column, y0 + pitch * len(rows))], fill=ink)
    k = int(rng.integers(n))
    word = head[1].lower()
    s.ask("field", pick(rng, f"What is the {word} of {left_names[k]}?", f"Which {word} does {left_names[k]} have?",
                        f"{up(word)} of {left_names[k]}?"), values[k])
    s.ask("field", pick(rng, "Who is in the first row?" if people else "What is in the first row?", "What is the first entry?"), left_names[0])
    s.ask("doc_count", pick(rng, "How many rows are there?", "How many entries does the table have?"), str(n))
    s.ask("doc_kind", pick(rng, "What kind of document is this?", "What is this?"), "A table.")
    s.ask("caption_doc", describe(rng), f"A table with {n} rows.")
    return finish(rng, s)


def scene(rng, held_out=False):
    return pick(rng, receipt, receipt, form, form, table)(rng, held_out)


def pages(rng, held_out=False):
    """Two documents of different kinds as the pages of one -> first, second; the questions stand with the first."""
    kinds = rng.permutation(["receipt", "form", "table"])[:2].tolist()
    both = [{"receipt": receipt, "form": form, "table": table}[k](rng, held_out) for k in kinds]
    asked, told = [], []
    for k, page_ in enumerate(both):
        for kind, turns in page_.qa:
            question, answer = turns[0]
            if kind == "field":
                plain = "table" in kinds and kinds[k] != "table" and rng.random() < .4        # needs no page to be clear
                where = "" if plain else f" on page {k + 1}" if rng.random() < .8 else f" on the {('first', 'second')[k]} page"
                asked.append(("page_field", [(question[:-1] + where + question[-1], answer)]))
            if kind == "caption_doc":
                told.append(f"Page {k + 1}: " + answer[0].lower() + answer[1:])
    k = int(rng.integers(2))
    asked.append(("page_kind", [(pick(rng, f"What kind of document is page {k + 1}?", f"What is page {k + 1}?",
                                      f"What is on page {k + 1}?"), f"A {kinds[k]}.")]))
    asked.append(("page_count", [(pick(rng, "How many pages are there?", "How many pages does the document have?"), "2")]))
    asked.append(("caption_pages", [(pick(rng, describe(rng), "Describe the document.", "What is in the document?"), " ".join(told))]))
    both[0].qa = asked
    return both
