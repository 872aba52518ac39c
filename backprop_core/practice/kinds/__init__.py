"""The kinds of tasks, one entry each."""

from backprop_core.practice.kinds.code_line import DEBUG
from backprop_core.practice.kinds.finish import FINISH
from backprop_core.practice.kinds.slip import SLIP
from backprop_core.practice.kinds.which_way import WHICH
from backprop_core.practice.task import TaskKind

KINDS: dict[str, TaskKind] = {kind.name: kind for kind in (FINISH, SLIP, WHICH, DEBUG)}

__all__ = ["KINDS"]
