"""Any configuration, for Hypothesis: made from the specs, so that a new setting is drawn as soon as there is one."""

from typing import Any

from hypothesis import strategies as st

from backprop_core import Config, ConfigError
from backprop_core.settings.config import SPECS
from backprop_core.settings.spec import Spec


def values(name: str) -> st.SearchStrategy[Any]:
    """Anything that a setting can be."""
    spec = SPECS[name]
    drawn = _kind(spec)
    if name == "activation":
        drawn |= st.lists(drawn, min_size=2, max_size=6).filter(lambda names: len(set(names)) > 1).map(tuple)
    return st.none() | drawn if spec.optional else drawn


def _kind(spec: Spec) -> st.SearchStrategy[Any]:
    match spec.kind:
        case "flag":
            return st.booleans()
        case "choice":
            return st.sampled_from(list(spec.choices))
        case "choices":
            return st.lists(st.sampled_from(list(spec.choices)), min_size=1, unique=True).map(tuple)
        case "integer":
            return st.integers(int(spec.low), int(spec.high))
        case "integers":
            return st.lists(st.integers(int(spec.low), int(spec.high)), max_size=spec.most).map(tuple)
        case "real":
            return st.floats(spec.low, spec.high)


@st.composite
def configs(draw: st.DrawFn, /, **narrower: st.SearchStrategy[Any]) -> Config:
    """A configuration with any number of settings that are not the defaults."""
    chosen = draw(st.sets(st.sampled_from(list(SPECS)), max_size=12)) | set(narrower)
    settings = {name: draw(narrower.get(name, values(name))) for name in SPECS if name in chosen}
    while True:
        try:
            return Config(**settings)
        except ConfigError as error:  # one that contradicts another
            del settings[error.field]


SMALL: dict[str, st.SearchStrategy[Any]] = {  # quickly made, quickly trained
    "dataset": st.sampled_from(["xor", "parity3", "moons", "circles", "blobs", "sine", "plane"]),
    "samples": st.integers(10, 25),
    "hidden": st.lists(st.integers(1, 5), max_size=3).map(tuple),
}
