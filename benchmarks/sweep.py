"""How fast many networks are trained, beside peers, in one process: `python benchmarks/sweep.py`.

Independent networks, one per seed, learn XOR: sigmoid, half the summed squared error, learning rate 0.5, full batch,
biases trained, float64. All contenders start from the same weights and compute the loss of every network after every
epoch; the benchmark aborts if a contender's final losses differ from this core's. Each runs once in every round;
printed are medians in µs per network and epoch. The core's time includes drawing the weights; the others get theirs
beforehand. Two further tables show how this changes with the number of networks and of rows, and the time in seconds
for a grid of learning rates and hidden sizes.

PyTorch, JAX and a C compiler (for `loop.c`) take part if they are installed.
"""

from __future__ import annotations

import argparse
import ctypes
import functools
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from backprop_core import Config, sweep
from backprop_core.data.rows import Data
from backprop_core.nn.initializers import Params
from backprop_core.nn.network import Network
from backprop_core.training.problem import data_for, network_for, start_weights

CORES = os.cpu_count() or 1
TOLERANCE = 1e-9  # relative, between final losses
MOST_NETWORK_EPOCHS = 10_000_000
MOST_DEEP_EPOCHS = 400  # from 1,000 on, 2-8-8-1 amplifies rounding so much that two builds of loop.c disagree
FEW, FEWER = 5, 2  # number of networks that represent all of them if Python trains them one by one
# With -ffast-math, gcc uses libmvec's vectorised exp.
FLAGS = ("-O3", "-O3 -march=native", "-O3 -march=native -ffast-math")
GRID = {"learning_rate": (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0), "hidden": tuple((n,) for n in range(1, 10))}

Losses = NDArray[np.float64]
Train = Callable[[int], Losses]  # takes the number of epochs; returns final losses of all networks or of the first few


@dataclass(frozen=True)
class Work:
    """Networks to train, one for each of the seeds 0, 1, 2, …"""

    config: Config
    networks: int

    @property
    def data(self) -> Data:
        """The rows."""
        return data_for(self.config)

    @property
    def network(self) -> Network:
        """The architecture that the networks share."""
        return network_for(self.config, self.data)

    def starts(self, most: int | None = None) -> list[Params]:
        """The starting weights of every network, or of the first few."""
        network, count = self.network, min(self.networks, most or self.networks)
        return [start_weights(self.config.replace(seed=seed), network) for seed in range(count)]

    def __str__(self) -> str:
        shape = "-".join(map(str, self.network.sizes))
        return f"{shape}, {len(self.data.X):,} rows, {self.networks:,} network{'s' * (self.networks > 1)}"


Make = Callable[[Work], Train]


def core(work: Work, executor: Executor | None = None) -> Train:
    def train(epochs: int) -> Losses:
        axes = {"learning_rate": [work.config.learning_rate]}
        result = sweep.run(work.config.replace(epochs=epochs), axes, range(work.networks), executor=executor)
        return result.final_loss.ravel()

    return train


def c_loop(flags: str, work: Work) -> Train:
    library = compiled(flags, work.network.sizes)
    X, y, rate = work.data.X, work.data.y, ctypes.c_double(work.config.learning_rate)
    starts = np.stack([work.network.pack(params) for params in work.starts()])

    def address(array: Losses) -> ctypes.c_void_p:
        return array.ctypes.data_as(ctypes.c_void_p)

    def train(epochs: int) -> Losses:
        theta, losses = starts.copy(), np.empty((work.networks, epochs + 1))
        library.train(work.networks, len(X), address(X), address(y), rate, epochs, address(theta), address(losses))
        return losses[:, -1]

    return train


@functools.cache
def compiled(flags: str, sizes: tuple[int, ...]) -> ctypes.CDLL:
    """`loop.c`, compiled for one network shape. Raises ImportError if that is not possible."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise ImportError("there is no C compiler here")
    shape = f"-DSIZES={','.join(map(str, sizes))}"
    source = Path(__file__).with_name("loop.c")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        library = Path(folder) / "loop.so"
        command = [compiler, *flags.split(), "-shared", "-fPIC", shape, "-o", str(library), str(source), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ImportError(f"{compiler} does not compile it: {done.stderr.strip().splitlines()[-1:]}")
        return ctypes.CDLL(str(library))


def notebook(work: Work) -> Train:
    """The notebook's loop as in the original program, except that biases are trained and losses recorded."""
    X, Y, rate = work.data.X.astype(int), work.data.y.astype(int), work.config.learning_rate
    starts = work.starts(FEW)

    def sigmoid(z: Losses) -> Losses:
        return 1 / (1 + np.exp(-z))

    def derivative(a: Losses) -> Losses:
        return a * (1 - a)

    def train_one(start: Params, epochs: int) -> float:
        (W1, b1), (W2, b2) = ((W.copy(), b.reshape(1, -1).copy()) for W, b in start)
        losses = []
        for _ in range(epochs + 1):
            hidden = sigmoid(np.dot(X, W1) + b1)
            output = sigmoid(np.dot(hidden, W2) + b2)
            error = Y - output
            losses.append(0.5 * np.sum(error**2))
            if len(losses) > epochs:
                break
            d_output = error * derivative(output)
            d_hidden = d_output.dot(W2.T) * derivative(hidden)
            W2 += hidden.T.dot(d_output) * rate
            b2 += d_output.sum(axis=0, keepdims=True) * rate
            W1 += X.T.dot(d_hidden) * rate
            b1 += d_hidden.sum(axis=0, keepdims=True) * rate
        return float(losses[-1])

    return lambda epochs: np.array([train_one(start, epochs) for start in starts])


def torch_eager(work: Work) -> Train:
    import torch

    inputs, targets = torch.tensor(work.data.X), torch.tensor(work.data.y)
    starts = work.starts(FEWER)

    def train_one(start: Params, epochs: int) -> float:
        network = torch_network(start)
        optimizer = torch.optim.SGD(network.parameters(), lr=work.config.learning_rate)
        losses = []
        for _ in range(epochs):
            optimizer.zero_grad()
            loss = 0.5 * ((network(inputs) - targets) ** 2).sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        with torch.no_grad():
            losses.append(0.5 * ((network(inputs) - targets) ** 2).sum())
        return float(losses[-1])

    def train(epochs: int) -> Losses:
        torch.set_num_threads(1)
        return np.array([train_one(start, epochs) for start in starts])

    return train


def torch_vmap(work: Work) -> Train:
    import torch
    from torch.func import functional_call, grad_and_value, stack_module_state, vmap

    inputs, targets, rate = torch.tensor(work.data.X), torch.tensor(work.data.y), work.config.learning_rate
    networks = [torch_network(start) for start in work.starts()]
    starts = {name: stacked.detach() for name, stacked in stack_module_state(networks)[0].items()}

    def loss(params: dict[str, Any]) -> Any:
        return 0.5 * ((functional_call(networks[0], params, (inputs,)) - targets) ** 2).sum()

    step = vmap(grad_and_value(loss))

    def train(epochs: int) -> Losses:
        torch.set_num_threads(CORES)
        params, losses = starts, []
        for _ in range(epochs):
            slopes, before = step(params)
            params = {name: param - rate * slopes[name] for name, param in params.items()}
            losses.append(before)
        losses.append(vmap(loss)(params))
        return np.asarray(losses[-1])

    return train


def torch_network(start: Params) -> Any:
    """A PyTorch network with these starting weights."""
    import torch

    modules: list[Any] = []
    for W, b in start:
        linear = torch.nn.Linear(*W.shape, dtype=torch.float64)
        linear.load_state_dict({"weight": torch.tensor(W.T), "bias": torch.tensor(b)})
        modules += [linear, torch.nn.Sigmoid()]
    return torch.nn.Sequential(*modules)


def jax_compiled(work: Work) -> Train:
    """A program that is compiled once per number of epochs."""
    program, starts = jax_program(work)
    ready = functools.cache(lambda epochs: program(epochs).lower(starts).compile())
    return lambda epochs: np.asarray(ready(epochs)(starts)[-1])


def jax_compiling(work: Work) -> Train:
    """A program that is compiled again for every call."""
    program, starts = jax_program(work)
    return lambda epochs: np.asarray(program(epochs)(starts)[-1])


def jax_program(work: Work) -> tuple[Callable[[int], Any], Any]:
    """A function that makes a new jitted function to train all networks for some epochs, and the latter's argument."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    inputs, targets, rate = jnp.asarray(work.data.X), jnp.asarray(work.data.y), work.config.learning_rate
    starts = jax.tree.map(lambda *networks: jnp.asarray(np.stack(networks)), *work.starts())

    def loss(params: Params) -> Any:
        a = inputs
        for W, b in params:
            a = jax.nn.sigmoid(a @ W + b)
        return 0.5 * jnp.sum((a - targets) ** 2)

    def step(params: Params, _: None) -> tuple[Params, Any]:
        before, slopes = jax.value_and_grad(loss)(params)
        return jax.tree.map(lambda param, slope: param - rate * slope, params, slopes), before

    def program(epochs: int) -> Any:
        def train(params: Params) -> tuple[Any, Any]:
            params, losses = jax.lax.scan(step, params, length=epochs)
            return losses, loss(params)

        return jax.jit(jax.vmap(train, out_axes=(1, 0)))

    return program, starts


OURS = "this core, 1 process"
COMPILED, COMPILING = "JAX, all cores, compiled before", "JAX, all cores, compiling counted"
SHORT = dict(zip((f"C, {flags}" for flags in FLAGS), ("C, -O3", "+ native", "+ fast-math"), strict=True))
SHORT |= {COMPILED: "JAX", COMPILING: "+ compiling"}


def contenders(pool: Executor) -> dict[str, Make]:
    """All contenders that can run on this machine."""
    makes: dict[str, Make] = {
        OURS: core,
        f"this core, {CORES} processes, started before": functools.partial(core, executor=pool),
        **{f"C, {flags}": functools.partial(c_loop, flags) for flags in FLAGS},
        f"the notebook's loop + biases ({FEW} networks)": notebook,
        f"PyTorch, eager, 1 thread ({FEWER} networks)": torch_eager,
        f"PyTorch, vmap, {CORES} threads": torch_vmap,
        COMPILED: jax_compiled,
        COMPILING: jax_compiling,
    }
    for name, make in list(makes.items()):
        try:
            make(Work(Config(), 1))
        except ImportError as error:
            print(f"{name}: left out, {error}")
            del makes[name]
    return makes


def measure(makes: dict[str, Make], work: Work, epochs: int, rounds: int) -> dict[str, float]:
    """Median µs per network and epoch of every contender. Each runs once per round; the first round is a warm-up."""
    trains = {name: make(work) for name, make in makes.items()}
    times: dict[str, list[float]] = {name: [] for name in trains}
    for number in range(rounds + 1):
        ours: Losses | None = None
        for name, train in trains.items():
            start = time.perf_counter()
            losses = train(epochs)
            seconds = time.perf_counter() - start
            ours = losses if ours is None else ours
            check(name, losses, ours)
            if number:
                times[name].append(seconds / len(losses) / epochs * 1e6)
    return {name: statistics.median(values) for name, values in times.items()}


def check(name: str, losses: Losses, ours: Losses) -> None:
    """Abort the benchmark if a contender's final losses differ from this core's."""
    wrong = ~(np.abs(losses - ours[: len(losses)]) <= TOLERANCE * ours[: len(losses)])
    if wrong.any():
        seed = int(wrong.argmax())
        sys.exit(f"{name} computes something else: seed {seed} ends at a loss of {losses[seed]}, not {ours[seed]}.")


def before_training(work: Work, rounds: int) -> float:
    """Median µs per network that this core takes for a single epoch: mostly preparation and wrap-up."""
    train, seconds = core(work), []
    for _ in range(rounds):
        start = time.perf_counter()
        train(1)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) / work.networks * 1e6


def overtaken(times: dict[str, float], epochs: int, before: float) -> float:
    """The number of epochs from which on JAX, compilation included, is faster than this core; infinite if never."""
    slower = times[OURS] - before / epochs - times[COMPILED]
    compiling = (times[COMPILING] - times[COMPILED]) * epochs
    return max(1.0, (compiling - before) / slower) if slower > 0 else math.inf


def side_by_side(makes: dict[str, Make], work: Work, epochs: int, rounds: int) -> None:
    """Print a first table: all contenders, one line each."""
    times, before = measure(makes, work, epochs, rounds), before_training(work, rounds)
    print(f"\n{work}, {epochs:,} epochs, median of {rounds} rounds; final losses agree to {TOLERANCE:g}")
    for name, median in times.items():
        ratio = median / times[OURS]
        print(f"{name:42s}{median:9.3f} µs a network-epoch   this core is {ratio:6.2f} times as fast")
    print(f"this core takes {before:.0f} µs a network before the first epoch, which is counted")
    if COMPILING in times:
        compiling = (times[COMPILING] - times[COMPILED]) * epochs * work.networks / 1e6
        epoch = overtaken(times, epochs, before)
        print(f"JAX compiles for {compiling:.2f} s; that counted, it overtakes this core {from_epoch(epoch)}")


def from_epoch(epoch: float) -> str:
    return f"from about {epoch:,.0f} epochs on" if math.isfinite(epoch) else "at no number of epochs"


def growing(makes: dict[str, Make], works: list[tuple[Work, int]], rounds: int) -> None:
    """Print the second table: one line for each Work and its number of epochs."""
    makes = {name: make for name, make in makes.items() if name == OURS or name in SHORT}
    print(
        f"\nAs the work grows, median of {rounds} rounds: µs a network-epoch, and how many times as fast this core is"
    )
    columns = [*(SHORT[name] for name in makes if name != OURS), *["overtaken"] * (COMPILING in makes)]
    print(f"{'':32s}{'epochs':>8s}{'this core':>11s}" + "".join(f"{column:>12s}" for column in columns))
    for work, epochs in works:
        times, before = measure(makes, work, epochs, rounds), before_training(work, rounds)
        ratios = "".join(f"{times[name] / times[OURS]:12.2f}" for name in makes if name != OURS)
        epoch = f"{overtaken(times, epochs, before):12,.0f}" if COMPILING in makes else ""
        print(f"{work!s:32s}{epochs:8,d}{times[OURS]:11.3f}{ratios}{epoch}", flush=True)
    if COMPILING in makes:
        print("overtaken: from about so many epochs on JAX, its compiling counted, is done before this core")


def larger(networks: int, epochs: int) -> list[tuple[Work, int]]:
    """Work of increasing size, with numbers of epochs: more and more networks on XOR, then more and more rows."""
    counts = [count for count in (1, 10, 100, 1_000, 10_000) if count <= 10 * networks]
    on_xor = [(Work(Config(hidden=(8,)), count), min(epochs, MOST_NETWORK_EPOCHS // count)) for count in counts]
    deep = Config(hidden=(8, 8))
    cloud = deep.replace(dataset="xor_cloud", test_share=0.0)
    # The gradient of a summed loss grows with the number of rows, so the learning rate is divided by it.
    clouds = [cloud.replace(samples=rows, learning_rate=2.0 / rows) for rows in (200, 1_000)]
    return on_xor + [(Work(config, min(networks, 100)), min(epochs, MOST_DEEP_EPOCHS)) for config in (deep, *clouds)]


def grid(pool: Executor, epochs: int, rounds: int) -> None:
    """Print the third table: seconds for a grid of XOR runs."""
    seconds: dict[str, list[float]] = {"1 process": [], f"{CORES} processes": []}
    for _ in range(rounds):
        for name, executor in zip(seconds, (None, pool), strict=True):
            start = time.perf_counter()
            sweep.run(Config(epochs=epochs), GRID, range(10), executor=executor)
            seconds[name].append(time.perf_counter() - start)
    print(f"\nXOR, 9 learning rates × 9 hidden sizes × 10 seeds, {epochs:,} epochs, median of {rounds} rounds")
    for name, values in seconds.items():
        median = statistics.median(values)
        print(f"this core, {name:14s}{median:7.2f} s{median / (9 * 9 * 10 * epochs) * 1e6:9.3f} µs a network-epoch")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=1_000, help="of the first tables (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=5_000, help="of every training (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="(default: %(default)s)")
    options = parser.parse_args()
    with ProcessPoolExecutor(CORES, get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.5] * 2 * CORES))  # start the processes before anything is timed
        makes = contenders(pool)
        for hidden in (8,), (2,):
            side_by_side(makes, Work(Config(hidden=hidden), options.networks), options.epochs, options.rounds)
        growing(makes, larger(options.networks, options.epochs), options.rounds)
        grid(pool, options.epochs, options.rounds)


if __name__ == "__main__":
    main()
