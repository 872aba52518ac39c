"""A lesson with as little in it as a lesson may have."""

from playground.lessons import reading
from playground.lessons.lesson import Lesson

SMALLEST = """
title = "Title"
minutes = 5
opening = "Opening."
closing = "Closing."
claims = ["run.loss > 0"]

[misconception]
belief = "Belief."
source = { author = "Author", year = 2000, title = "Title" }

[runs]
run = { epochs = 10 }
like = { like = "run", settings = { seed = 1 }, edits = [{ epoch = 5, field = "W1[0, 1]", value = 1.0 }] }
slip = { preset = "mazur", epochs = 1, mistake = "updated_weights" }
grid = { epochs = 10, seeds = 2, vary = { hidden = [[2], [3]] } }

[[steps]]
page = "train"
run = "run"
ask = { kind = "number", question = "How much?", answer = "run.loss", factor = 2 }
do = { text = "Do it.", run = "like", epoch = 10 }
show = "It is {run.loss}."
why = { question = "Why?", answer = "Because." }

[[steps]]
page = "sweep"
run = "grid"
ask = { kind = "choice", question = "Which?", options = [{ text = "One", when = "run.loss > 0" }, { text = "Two" }] }
do = { text = "Start.", sweep = "grid" }
show = "It is {grid.solved[0]}."
why = { question = "Why?", answer = "Because." }
"""


def parsed(content: str) -> Lesson:
    """The lesson of a file's content."""
    return reading.parse(content, 1, "smallest")
