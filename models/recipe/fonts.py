"""Faces from packages pinned in requirements.txt, so that every machine draws the same print."""
import functools
import importlib.util
import os

from PIL import ImageFont

from canvas import pick

TRAIN = ["matplotlib/mpl-data/fonts/ttf/DejaVuSans", "matplotlib/mpl-data/fonts/ttf/DejaVuSans-Bold",
         "matplotlib/mpl-data/fonts/ttf/DejaVuSansMono", "matplotlib/mpl-data/fonts/ttf/DejaVuSansMono-Bold",
         "font_roboto/files/Roboto-Regular", "font_roboto/files/Roboto-Medium", "font_roboto/files/Roboto-Bold",
         "font_source_sans_pro/files/SourceSansPro-Regular", "font_source_sans_pro/files/SourceSansPro-Semibold",
         "font_source_serif_pro/files/SourceSerifPro-Regular", "font_source_serif_pro/files/SourceSerifPro-Semibold",
         "font_hanken_grotesk/files/HankenGrotesk-Regular.otf", "font_hanken_grotesk/files/HankenGrotesk-SemiBold.otf",
         "matplotlib/mpl-data/fonts/ttf/STIXGeneral", "matplotlib/mpl-data/fonts/ttf/STIXGeneralBol",
         "matplotlib/mpl-data/fonts/ttf/cmr10", "matplotlib/mpl-data/fonts/ttf/cmb10", "matplotlib/mpl-data/fonts/ttf/cmss10",
         "matplotlib/mpl-data/fonts/ttf/cmtt10", "font_fredoka_one/files/FredokaOne-Regular",
         "font_manrope/files/Manrope-Regular", "font_manrope/files/Manrope-Bold", "pillow"]
HELD = ["font_lato/files/Lato-Regular", "font_lato/files/Lato-Bold", "font_caladea/files/Caladea-Regular",
        "font_caladea/files/Caladea-Bold", "matplotlib/mpl-data/fonts/ttf/DejaVuSerif"]


@functools.lru_cache(None)
def _path(face):
    package, rest = face.split("/", 1)
    folder = importlib.util.find_spec(package).submodule_search_locations[0]
    return os.path.join(folder, rest if rest.endswith(".otf") else rest + ".ttf")


@functools.lru_cache(2000)
def face(name, size):
    return ImageFont.load_default(size) if name == "pillow" else ImageFont.truetype(_path(name), size)


def any_face(rng, size, held_out=False):
    return face(pick(rng, *(HELD if held_out else TRAIN)), max(6, int(size)))
