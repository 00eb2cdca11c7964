"""Names of everything the pictures show, and the classes of the dense labels."""
FILLS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "gray", "cyan"]
GROUNDS = ["white", "black", "gray", "light blue", "light green", "light yellow", "light pink", "dark blue",
           "dark green"]
SHAPES = ["circle", "square", "triangle", "star", "diamond", "cross", "heart", "ring"]
CHARS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.$-/:%"

CELLS = 16                                    # a tile carries 16 x 16 labelled cells of 8 px
N_FILL = len(FILLS)
N_COLOUR = N_FILL + len(GROUNDS)              # colours of things, then of backgrounds
N_SHAPE = 1 + len(SHAPES)                     # 0: none
N_CHAR = 1 + len(CHARS)                       # 0: none
CLASSES = [N_COLOUR, N_SHAPE, N_CHAR]
