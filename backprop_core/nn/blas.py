"""BLAS limited to one thread, so that a run has the same bits on every machine.

OpenBLAS splits large products among all cores, and the last bits of a sum then depend on the number of cores. The
products here are small: threads would mostly wait for one another.
"""

from __future__ import annotations

import functools

LARGEST_ALONE = 250_000  # multiplications: OpenBLAS computes products up to this size on one thread anyway


@functools.cache
def use_one_thread() -> None:
    """Limit NumPy's BLAS to one thread in this process, from the first call on.

    This needs the package threadpoolctl, which scikit-learn installs. Without it, runs whose products are larger than
    `LARGEST_ALONE` may differ in their last bits from those of a machine with a different number of cores.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(1, user_api="blas")
