"""Small matters of English, and how users vary it."""
from canvas import pick

DONT_KNOW = "I don't know, I am a small demonstration model."


def a(phrase):
    return ("an " if phrase[0] in "aeiou" else "a ") + phrase


def up(text):
    return text[0].upper() + text[1:]


def join(parts):
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def many(shape):
    return shape + ("es" if shape == "cross" else "s")


def typed(rng, question):
    """As people type: at times without capital or question mark, or with a polite word."""
    u = rng.random()
    if u < .06:
        return question[0].lower() + question[1:]
    if u < .1:
        return question.rstrip("?.")
    if u < .13:
        return question[0].lower() + question[1:].rstrip("?.")
    if u < .15:
        return "Please " + question[0].lower() + question[1:] if not question.endswith("?") else question
    return question


DESCRIBE = ("Can you describe this image?", "Describe this image.", "Describe the picture.", "What do you see?",
            "Caption this image.", "What is in the picture?", "What is in this image?", "Write a caption.",
            "Describe the image briefly.", "What does the picture show?", "What can you see in the picture?",
            "Describe what you see.", "Caption.", "Give me a short description of the picture.", "What is this?",
            "Write a short caption for this picture.", "Can you describe the picture?", "Describe this picture.",
            "What's in the image?", "Tell me what you see.")


def describe(rng):
    return pick(rng, *DESCRIBE) if rng.random() < .8 else pick(rng, *DESCRIBE[:5])
