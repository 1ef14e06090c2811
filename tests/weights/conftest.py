"""No test of weights sees the real user's hub settings, token or data folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.weights.no_hub import no_real_hub


@pytest.fixture(autouse=True)
def _no_real_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    with no_real_hub(monkeypatch, tmp_path):
        yield
