"""How often a network is asked for an answer, and at which epochs."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest


def asked_at(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """From now on, the epochs at which the `answer` of a module is asked for."""
    epochs: list[int] = []
    answer = module.answer

    def counted(run: Any, snapshot: Any, row: Any) -> Any:
        epochs.append(snapshot.epoch)
        return answer(run, snapshot, row)

    monkeypatch.setattr(module, "answer", counted)
    return epochs
