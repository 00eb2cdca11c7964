"""Makes the animations beside it with Pillow 13, and what Pillow shows of them on white:
frames.png of each holds all its frames, one below the other."""

import io

from PIL import Image, ImageDraw

W, H = 40, 24


def shown(data):
    picture = Image.open(io.BytesIO(data))
    strip = Image.new("RGB", (W, H * picture.n_frames), "white")
    for i in range(picture.n_frames):
        picture.seek(i)
        frame = picture.convert("RGBA")
        strip.paste(Image.alpha_composite(Image.new("RGBA", frame.size, "white"), frame).convert("RGB"), (0, H * i))
    return strip


def keep(name, data):
    with open(name, "wb") as out:
        out.write(data)
    shown(data).save(name.rsplit(".", 1)[0] + "-" + name.rsplit(".", 1)[1] + ".png", optimize=True)


def moving(mode, alpha):
    frames = []
    for i in range(6):
        frame = Image.new("RGBA", (W, H), (0, 0, 0, 0))
        draw = ImageDraw.Draw(frame)
        draw.rectangle((5 * i, 3 * i, 5 * i + 9, 3 * i + 7), fill=(40 * i, 200 - 30 * i, 90, alpha))
        draw.ellipse((30 - 4 * i, 2, 38 - 4 * i, 12), fill=(250, 10 + 20 * i, 0, 255))
        frames.append(frame)
    return frames


def save(frames, form, **options):
    out = io.BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], **options)
    return out.getvalue()


for disposal in (1, 2, 3):
    keep(f"disposal{disposal}.gif", save(moving("RGBA", 255), "GIF", duration=[100, 200, 0, 50, 300, 100], disposal=disposal, loop=0))
keep("lossless.webp", save(moving("RGBA", 130), "WEBP", duration=250, lossless=True, allow_mixed=False, minimize_size=True))
keep("lossy.webp", save(moving("RGBA", 130), "WEBP", duration=[100, 200, 300, 400, 500, 600], quality=95, allow_mixed=False))
