"""The address as a link: what it says comes back, what it cannot say is named, and nothing in it is interpreted."""

import re
from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.configurations import SMALL, configs, values

from backprop_core import Config, ConfigError, Edit, Run
from backprop_core.settings import setting_text
from backprop_core.settings.config import DEFAULTS, SPECS, fields
from backprop_core.training.presets import PRESETS
from backprop_core.training.recipe import MOST_EPOCHS, Recipe
from playground.sidebar import links
from playground.sidebar.links import LEFT_OUT, LONGEST, Link

SEEDS = " from 0 to 4,294,967,295"
OWN = [name for name, preset in PRESETS.items() if preset.recipe.data is not None]
DATASETS = [name for name in SPECS["dataset"].choices if name != "csv"]


def written(link: Link) -> dict[str, str]:
    return links.write(link.recipe.config, link.recipe.edits, link.recipe.epochs, link.preset)


@st.composite
def edits(draw: st.DrawFn, /, most: int = 8) -> tuple[Edit, ...]:
    """Edits as a run has them: rising epochs, at most one of a field at each."""
    addresses = st.tuples(st.integers(1, 7), st.just("W"), st.integers(0, 63), st.integers(0, 63)) | st.tuples(
        st.integers(1, 7), st.just("b"), st.integers(0, 63)
    )
    keys = st.tuples(st.integers(0, 2_000_000), st.sampled_from(fields("learning")) | addresses)
    made = draw(st.lists(keys, max_size=most, unique=True))
    weights = st.floats(-1e6, 1e6)
    return tuple(
        Edit(epoch, field, draw(values(field) if isinstance(field, str) else weights))
        for epoch, field in sorted(made, key=repr)
    )


# What a link says comes back


@given(config=configs(dataset=st.sampled_from(DATASETS)), made=edits(), later=st.integers(0, 1_000_000))
def test_a_link_says_what_it_was_made_of(config: Config, made: tuple[Edit, ...], later: int) -> None:
    epoch = max((edit.epoch for edit in made), default=0) + later
    parts = links.write(config, made, epoch)
    assert links.read(parts) == Link(Recipe(config, made, epoch))
    through_the_browser = dict(parse_qsl(urlencode(parts), keep_blank_values=True, strict_parsing=bool(parts)))
    assert links.read(through_the_browser) == Link(Recipe(config, made, epoch))


@given(config=configs(dataset=st.sampled_from(DATASETS)))
def test_only_what_differs_from_the_defaults_is_in_it(config: Config) -> None:
    assert links.write(Config(), (), 0) == {}
    assert list(links.write(config, (), 0)) == [name for name in SPECS if getattr(config, name) != DEFAULTS[name]]
    assert list(links.write(config, (), 7))[-1] == "epoch"


@given(config=configs(**SMALL), rate=values("learning_rate"))
def test_a_run_made_from_a_link_is_the_run(config: Config, rate: float) -> None:
    run = Run(config)
    run.advance(3)
    run.edit(learning_rate=rate, params={(1, "W", 0, 0): rate})
    run.advance(3)
    link = links.read(links.write(run.config, run.edits, run.epoch))
    again = Run.replay(link.recipe)
    assert link.ignored == ()
    assert again.history.loss.tobytes() == run.history.loss.tobytes()
    assert (again.config, again.edits) == (run.config, run.edits)


def test_a_link_is_readable() -> None:
    config = Config(dataset="moons", hidden=(8, 8), activation=("tanh", "relu"), learning_rate=0.1, batch_size=16)
    made = (Edit(400, "learning_rate", 0.05), Edit(900, (1, "W", 0, 1), 2.0), Edit(900, "batch_size", None))
    parts = links.write(config, (*made, Edit(1300, "l2", 0.5)), 1200)
    assert urlencode(parts, safe=":=,[]") == (
        "dataset=moons&hidden=8-8&activation=tanh-relu&learning_rate=0.1&batch_size=16"
        "&edits=400:learning_rate=0.05,900:W1[0,1]=2.0,900:batch_size=all&epoch=1200"
    )


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("changes", [{}, {"learning_rate": 0.125}, {"l2": 0.5, "epochs": 300}], ids=str)
def test_a_preset_with_rows_of_its_own_is_in_it_by_name(name: str, changes: dict[str, Any]) -> None:
    config = PRESETS[name].recipe.config.replace(**changes)
    parts = links.write(config, (Edit(1, "momentum", 0.5),), 2, name)
    assert set(parts) == {"preset", "edits", "epoch", *changes}
    assert links.read(parts) == Link(
        replace(PRESETS[name].recipe, config=config, edits=(Edit(1, "momentum", 0.5),), epochs=2), name
    )


@pytest.mark.parametrize("name", PRESETS)
def test_any_preset_can_be_asked_for_by_name(name: str) -> None:
    assert links.read({"preset": name}) == Link(PRESETS[name].recipe, name)
    link = links.read({"preset": name, "learning_rate": "0.25"})
    assert link.recipe.config == PRESETS[name].recipe.config.replace(learning_rate=0.25)


def test_rows_of_a_preset_stay_with_its_dataset() -> None:
    link = links.read({"preset": "mazur", "dataset": "xor", "hidden": "3"})
    assert link == Link(Recipe(PRESETS["mazur"].recipe.config.replace(dataset="xor", hidden=(3,))))


def test_edits_of_the_future_are_not_in_it() -> None:
    made = (Edit(3, "l1", 0.5), Edit(4, "l1", 0.25))
    assert links.read(links.write(Config(), made, 3)) == Link(Recipe(Config(), made[:1], 3))


def test_edits_reach_as_far_as_the_last_one() -> None:
    assert links.read({"edits": "40:l1=0.5"}) == Link(Recipe(Config(), (Edit(40, "l1", 0.5),), 40))


def test_too_many_edits_leave_a_mark() -> None:
    config = Config(dataset="moons")
    made = tuple(Edit(epoch, (1, "W", 0, 0), epoch / 3) for epoch in range(100))
    parts = links.write(config, made, 120)
    assert parts == {"dataset": "moons", "edits": LEFT_OUT, "epoch": "120"}
    told = "The edits made while training did not fit into the link; the saved file has them."
    assert links.read(parts) == Link(Recipe(config, (), 120), ignored=(told,))


def test_as_many_edits_as_fit_are_in_it() -> None:
    made = tuple(Edit(1000 + i, "l1", 0.25) for i in range(153))  # each of 13 characters, with its comma
    assert len(links.write(Config(), made, 2_000)["edits"]) == LONGEST - 12
    assert links.read(links.write(Config(), made, 2_000)).recipe.edits == made
    assert links.write(Config(), (*made, Edit(1999, "l2", 0.25)), 2_000)["edits"] == LEFT_OUT


# What cannot be is named, and the rest stands


CHOICES = "Choose one of"
EDITS = "The edits: "
NOT_WRITTEN = f"{EDITS}they are not written as in 400:learning_rate=0.05 (epoch:setting=value)."
NO_EPOCH = "is not a whole number from 0 to 10,000,000."
NO_PROBABILITY = "Loss 'cross_entropy' needs an output that is a probability (softmax), not 'linear'."
NO_CURVE = "Output 'softmax' is for classes, and dataset 'sine' is a curve. Choose 'linear', or another output."
FEATURES = "x1, x2, x1_squared, x2_squared, x1x2, sin_x1, sin_x2"
FIT = "must fit the weights that the preset begins with."

# A link's parts besides epochs=77; what of it holds; and what is said about the rest.
FAULTY: dict[str, tuple[dict[str, str], dict[str, Any], list[str]]] = {
    "an unknown setting": ({"colour": "red", "l2": "0.5"}, {"l2": 0.5}, ["“colour” is not a setting."]),
    "a name in capitals": ({"Hidden": "3"}, {}, ["“Hidden” is not a setting."]),
    "no number": (
        {"learning_rate": "fast"},
        {},
        ["Learning rate (learning_rate) = 'fast' is not a value from 1e-06 to 1,000. Write, for example, 0.5."],
    ),
    "nothing": (
        {"hidden": ""},
        {},
        ["Hidden layers (hidden) = '' is not a value from 1 to 64. Write, for example, 2."],
    ),
    "a number too large": (
        {"learning_rate": "1e400"},
        {},
        ["Learning rate (learning_rate) = inf is not allowed. It must be a number from 1e-06 to 1,000."],
    ),
    "NaN": ({"l1": "nan"}, {}, ["L1 (l1) = nan is not allowed. It must be a number from 0 to 10."]),
    "half a seed": ({"seed": "0.5"}, {}, [f"Seed (seed) = '0.5' is not a value{SEEDS}. Write, for example, 0."]),
    "a seed too large": (
        {"seed": "1e300"},
        {},
        [f"Seed (seed) = '1e300' is not a value{SEEDS}. Write, for example, 0."],
    ),
    "neither on nor off": ({"shuffle": "1"}, {}, ["Shuffle (shuffle) = '1' is not a value. Write, for example, on."]),
    "a long value": (
        {"features": "x1-" * 1_000},
        {},
        [f"Input features (features) = '{'x1-' * 13}…' is not a value. Write, for example, x1-x2."],
    ),
    "an unknown choice": (
        {"optimizer": "newton", "hidden": "3"},
        {"hidden": (3,)},
        [f"Optimizer (optimizer) = 'newton' is unknown. {CHOICES} sgd, momentum, nesterov, adagrad, rmsprop, adam."],
    ),
    "seven layers": ({"hidden": "2-2-2-2-2-2-2"}, {}, ["Hidden layers (hidden) can be at most 6, not 7."]),
    "a feature twice": (
        {"dataset": "moons", "features": "x1-x1"},
        {"dataset": "moons"},
        [f"Input features (features) must be one or more of {FEATURES}, each once, not ('x1', 'x1')."],
    ),
    "several": (
        {"samples": "5", "noise": "-1", "dataset": "moons", "seed": "3"},
        {"dataset": "moons", "seed": 3},
        [
            "Samples (samples) = 5 is not allowed. It must be a whole number from 10 to 5,000.",
            "Noise (noise) = -1.0 is not allowed. It must be a number from 0 to 2.",
        ],
    ),
    "activations for other layers": (
        {"activation": "tanh-relu", "hidden": "3"},
        {"hidden": (3,)},
        ["activation names 2 layers, hidden has 1. Give one name, or one for each hidden layer."],
    ),
    "a loss without its output": (
        {"loss": "cross_entropy", "output": "linear", "l2": "0.5"},
        {"output": "linear", "l2": 0.5},
        [NO_PROBABILITY],
    ),
    "features of a truth table": (
        {"features": "x1-sin_x1", "dataset": "parity3"},
        {"dataset": "parity3"},
        ["Input features can be chosen for 2-D data only, and dataset 'parity3' is not."],
    ),
    "an unknown preset": ({"preset": "yours", "l1": "0.5"}, {"l1": 0.5}, ["There is no preset “yours”."]),
    "rows of one's own": (
        {"dataset": "csv", "features": "x1-x2-x1x2", "hidden": "3"},
        {"hidden": (3,)},
        ["Rows of your own did not fit into the link; the saved file has them."],
    ),
    "no epoch": ({"epoch": "-5", "l1": "0.5"}, {"l1": 0.5}, [f"epoch = '−5' {NO_EPOCH}"]),
    "too many epochs": ({"epoch": "99999999"}, {}, [f"epoch = '99999999' {NO_EPOCH}"]),
    "endless epochs": (
        {"epoch": "9" * 5_000},
        {},
        [f"epoch = '{'9' * 39}…' {NO_EPOCH}"],
    ),
    "no edits": ({"edits": "400", "l1": "0.5"}, {"l1": 0.5}, [NOT_WRITTEN]),
    "an edit without epoch": ({"edits": ":l1=0.5"}, {}, [NOT_WRITTEN]),
    "an edit before the beginning": ({"edits": "-1:l1=0.5"}, {}, [NOT_WRITTEN]),
    "an edit without value": ({"edits": "4:W1[0,0]="}, {}, [NOT_WRITTEN]),
    "a comma too many": ({"edits": "4:l1=0.5,"}, {}, [NOT_WRITTEN]),
    "an edit to no value": (
        {"edits": "4:l1=0.5,5:l1=much"},
        {},
        [f"{EDITS}L1 (l1) = 'much' is not a value from 0 to 10. Write, for example, 0."],
    ),
    "an edit to too much": (
        {"edits": "4:l1=11"},
        {},
        [f"{EDITS}L1 (l1) = 11.0 is not allowed. It must be a number from 0 to 10."],
    ),
    "an edit of what cannot change": ({"edits": "4:hidden=3"}, {}, [f"{EDITS}“hidden” cannot change while training."]),
    "an edit of a goal": ({"edits": "4:epochs=30"}, {}, [f"{EDITS}“epochs” cannot change while training."]),
    "an edit of nothing known": ({"edits": "4:W0[0,0]=1"}, {}, [f"{EDITS}“W0(0,0)” cannot change while training."]),
    "an endless edit": (
        {"edits": "[" + "," * 60_000},
        {},
        ["The edits have 60,001 characters, and at most 2,000 are read."],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_be_is_named_and_the_rest_stands(name: str) -> None:
    parts, holds, told = FAULTY[name]
    assert links.read({**parts, "epochs": "77"}) == Link(Recipe(Config(epochs=77, **holds)), ignored=tuple(told))


# The same for links that begin with a preset.
CONTRADICTING: dict[str, tuple[str, dict[str, str], dict[str, Any], list[str]]] = {
    "an output that the preset's loss cannot have": (
        "blobs",
        {"output": "linear", "learning_rate": "0.25"},
        {"learning_rate": 0.25},
        [f"Output (output) = linear is left out: {NO_PROBABILITY}"],
    ),
    "a dataset that the preset's output cannot have": (
        "blobs",
        {"seed": "5", "dataset": "sine"},
        {"seed": 5},
        [f"Dataset (dataset) = sine is left out: {NO_CURVE}"],
    ),
    "two that the preset cannot have": (
        "blobs",
        {"dataset": "sine", "output": "linear", "seed": "5"},
        {"seed": 5},
        [
            f"Dataset (dataset) = sine is left out: {NO_PROBABILITY}",
            f"Output (output) = linear is left out: {NO_PROBABILITY}",
        ],
    ),
    "layers that the preset's weights do not fit": (
        "mazur",
        {"hidden": "3", "features": "x1", "learning_rate": "0.25"},
        {"learning_rate": 0.25},
        [f"Input features (features) {FIT}", f"Hidden layers (hidden) {FIT}"],
    ),
    "what the preset has anyway": ("mazur", {"hidden": "2", "features": "x1-x2"}, {}, []),
}


@pytest.mark.parametrize("name", CONTRADICTING)
def test_what_contradicts_a_preset_is_named_and_the_rest_stands(name: str) -> None:
    preset, parts, holds, told = CONTRADICTING[name]
    config = PRESETS[preset].recipe.config.replace(**holds)
    link = links.read({"preset": preset, **parts})
    assert link == Link(replace(PRESETS[preset].recipe, config=config), preset, tuple(told))
    Run.replay(link.recipe)


def test_an_epoch_before_the_last_edit_is_named() -> None:
    link = links.read({"edits": "4:l1=0.5,1200:l1=0.25", "epoch": "10"})
    told = "Epoch 10 comes before the last edit, which is made at epoch 1,200."
    assert link == Link(Recipe(Config(), (Edit(4, "l1", 0.5), Edit(1200, "l1", 0.25)), 1200), ignored=(told,))


def test_not_more_is_said_than_can_be_read() -> None:
    link = links.read({f"a{i}": "" for i in range(1_000)})
    assert link.ignored[:2] == ("“a0” is not a setting.", "“a1” is not a setting.")
    assert link.ignored[10:] == ("Nor could 990 more of its parts.",)


# Nothing is interpreted


HOSTILE = [
    "[x](http://evil.example)",
    "![x](//evil.example/pixel.png)",
    "<b>b</b><script>alert(1)</script>",
    "$\\frac{a}{b}$",
    "`code` **bold** _thin_ ~~gone~~",
    ":red[x] :material/home: :smile:",
    "# heading",
    "] :blue[x",
    "%s %d %(a)s %%",
    "{0} {name!r}",
    "www.evil.example",
    "a\nb\n\n- c\r\0\x1b[31m",
    "\u202ereversed\u2066",
    "\ud800",
    "'\"“”’",
    "x" * 100_000,
    "[" * 5_000,
]
ACTIVE = re.compile(r"[<>`$*#|\\{}~\n\r\0\x1b\u202e\ud800]|\]\(|!\[|:\w+[:\[/]|www\.|://|(?<!\w)_|_(?!\w)")


def assert_plain(link: Link) -> None:
    """Sentences that Markdown, HTML and LaTeX leave as they are, and not too long."""
    for sentence in link.ignored:
        assert not ACTIVE.search(sentence), sentence
        assert len(sentence) < 400


@pytest.mark.parametrize("part", ["preset", "edits", "epoch", *SPECS])
def test_a_hostile_value_is_quoted_as_plain_text(part: str) -> None:
    for text in HOSTILE:
        link = links.read({part: text, "epochs": "77"} if part != "epochs" else {part: text})
        assert link.ignored, ascii(text[:20])
        assert_plain(link)


@pytest.mark.parametrize("text", HOSTILE, ids=[ascii(text[:20]) for text in HOSTILE])
def test_a_hostile_name_or_edit_is_quoted_as_plain_text(text: str) -> None:
    made = {f"{text}:l1=0.5", f"5:{text}=1", f"5:l1={text}", f"5:W1[0,0]={text}", f"5:optimizer={text}"}
    for parts in ({text: "1"}, *({"edits": edit} for edit in made)):
        link = links.read(parts)
        assert link.ignored
        assert link.recipe.edits == ()
        assert_plain(link)


NAMES = st.sampled_from([*SPECS, "preset", "edits", "epoch"]) | st.text(max_size=20)
TEXTS = (
    st.text()
    | st.sampled_from([*HOSTILE, *PRESETS, *(word for spec in SPECS.values() for word in spec.choices)])
    | st.text("0123456789-.,:=[]eWb l1r_", max_size=30)
    | st.floats().map(str)
    | st.integers().map(str)
)


@given(st.dictionaries(NAMES, TEXTS, max_size=6))
def test_any_address_gives_a_run(parts: dict[str, str]) -> None:
    link = links.read(parts)
    assert_plain(link)
    assert 0 <= link.recipe.epochs <= MOST_EPOCHS
    again = links.read(written(link))
    assert again.ignored == ()
    assert again.recipe == link.recipe


# Values as short texts


@pytest.mark.parametrize("name", SPECS)
def test_the_text_of_a_value_means_the_value(name: str) -> None:
    @settings(max_examples=20)  # of each setting: settings of a kind are read by the same code
    @given(values(name))
    def check(value: Any) -> None:
        short = setting_text.write(name, value)
        assert setting_text.read(name, f" {short} ") == value
        assert len(short) <= 50 or name == "activation"

    check()


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("learning_rate", 0.5, "0.5"),
        ("learning_rate", 0.1 + 0.2, "0.30000000000000004"),
        ("epsilon", 1e-8, "1e-08"),
        ("hidden", (), "none"),
        ("hidden", (8, 4), "8-4"),
        ("activation", (), "none"),
        ("activation", ("tanh", "relu"), "tanh-relu"),
        ("batch_size", None, "all"),
        ("stop_loss", None, "none"),
        ("shuffle", True, "on"),
        ("train_biases", False, "off"),
        ("features", ("x1", "x1_squared"), "x1-x1_squared"),
    ],
)
def test_texts_are_short(name: str, value: Any, text: str) -> None:
    assert setting_text.write(name, value) == text
    assert setting_text.read(name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [("epochs", "1e3", 1000), ("seed", "7.0", 7), ("hidden", "8 - 4", (8, 4)), ("l1", "1E-3", 0.001)],
)
def test_numbers_may_be_written_otherwise(name: str, text: str, value: Any) -> None:
    assert setting_text.read(name, text) == value


@given(name=st.sampled_from(list(SPECS)), typed=TEXTS)
def test_any_text_is_a_value_or_no_value(name: str, typed: str) -> None:
    try:
        setting_text.read(name, typed)
    except ConfigError as error:
        assert_plain(Link(Recipe(Config()), ignored=(str(error),)))


def test_both_forms_of_a_list_are_read_and_one_is_written() -> None:
    for text in ("8-4", "8,4"):
        assert links.read({"hidden": text, "activation": "tanh,relu"}).recipe.config.hidden == (8, 4)
    assert links.write(Config(hidden=(8, 4)), (), 0) == {"hidden": "8-4"}


RIGHT = {"preset": "mazur", "learning_rate": "0.25", "l2": "0.01", "epoch": "3"}
WRONG = {"dataset": "nonsense", "features": "x1", "hidden": "7", "colour": "red", "loss": "none", "seed": "-1"}


@given(wrong=st.lists(st.sampled_from(sorted(WRONG)), unique=True), order=st.randoms(use_true_random=False))
def test_what_is_wrong_is_left_out_and_the_rest_opens(wrong: list[str], order: Random) -> None:
    parts = [*RIGHT.items(), *((name, WRONG[name]) for name in wrong)]
    order.shuffle(parts)
    link = links.read(dict(parts))
    assert link[:2] == links.read(RIGHT)[:2]
    assert len(link.ignored) == len(wrong)
    Run.replay(replace(link.recipe, edits=(), epochs=0))
