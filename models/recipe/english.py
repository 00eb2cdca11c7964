"""Text the vocabulary is trained on: every question and answer of the generators, and general English."""
import importlib.util
import re

import numpy as np

import shape_questions
import shapes
import textures

SENTENCES = """What changed between the pictures? What is different in the second picture? Nothing changed.
The red circle moved to the bottom left. The blue square was added. The green star disappeared. The circle changed color.
What is the total? How much is the total? What is the date? Which date is on the receipt? What is the shop called?
Which shop is it? How much is the coffee? What is the receipt number? What is the invoice number? What is the name?
Who is the customer? What is the phone number? What is the city? What is the address? Which bar is the largest?
What is the value of the bar? Which bar is the smallest? What is the title of the chart? Is the trend rising or falling?
The line rises. The line falls. What kind of chart is this? A bar chart. A line chart. A pie chart. A receipt from a shop.
A form with the name and the date. A table with rows and columns. What is in the second row? How many rows are there?
Which slice is the largest? Read the text. What does it say? What is written here? Answer as JSON. Give me the fields as JSON.
What is the price of the bread? What is the highest value? What is the lowest value? In which month was it highest?
Can you read the document? Summarize the document. Which item is the most expensive? How many items are on the receipt?
Hello! Thank you. Please help me. I do not know. Yes, please. Compare the two pictures. What do they have in common?
Where is the dog? How many people are there? What is the person doing? Is it day or night? What is the weather like?
Extract the text from this image. Convert this page to text. What does the sign say? Which number is shown?
{"date": "", "total": "", "shop": "", "name": "", "city": "", "number": "", "text": "", "items": [], "answer": ""}
""".splitlines()


def corpus():
    rng = np.random.default_rng(11)
    for k in range(5000):
        s = shapes.scene(rng, 1 + k % 5)
        shape_questions.ask_all(rng, s)
        for _, turns in s.qa:
            for question, answer in turns:
                yield "\nUser: " + question
                yield "\nAssistant: " + answer
    for question in shape_questions.KNOWLEDGE + shape_questions.HELD_KNOWLEDGE:
        yield "\nUser: " + question
    for k in range(200):
        for _, turns in textures.scene(rng).qa:
            yield turns[0][0]
            yield "\nAssistant: " + turns[0][1]
    for _ in range(60):
        yield from SENTENCES
    for _ in range(2000):
        yield "\n\n"                          # stands between the tiles and the whole picture; a token, as in the family
    for module in ("argparse", "email", "inspect", "json", "logging", "re", "statistics", "turtle", "unittest"):
        with open(importlib.util.find_spec(module).origin) as f:
            source = f.read()
        for text in re.findall(r'"""(.*?)"""', source, re.S):
            yield re.sub(r"[A-Z]{2,}|[^A-Za-z .,?!']", " ", text)     # printed capitals stay single letters
