"""BLAS on one thread, so that a run has the same bits whoever trains it.

OpenBLAS shares the larger products out among all cores, and the last bits of a sum then depend on their number. The
products here are small: threads would mostly wait for one another.
"""

from __future__ import annotations

import functools

LARGEST_ALONE = 250_000  # multiplications of a product that OpenBLAS leaves to one thread in any case


@functools.cache
def use_one_thread() -> None:
    """Keep NumPy's BLAS to one thread in this process, from the first call on.

    That takes the package threadpoolctl, which scikit-learn brings. Without it, runs whose products are larger than
    `LARGEST_ALONE` may differ in their last bits from those of a machine with another number of cores.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(1, user_api="blas")
