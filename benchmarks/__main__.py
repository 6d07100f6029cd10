"""Runs every benchmark: `python -m benchmarks [NAME ...]`, sized by PEYVAND_BENCH_SIZE=toy|full."""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

OLD_NAMES = {"trade_equilibrium": "equilibrium", "trade_many": "equilibrium"}

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def names() -> list[str]:
    """The benchmarks of this folder: every module that is not private."""
    return sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]) if module.name[0] != "_")


def main(wanted: list[str]) -> None:
    size = os.environ.get("PEYVAND_BENCH_SIZE", "full")
    for name in dict.fromkeys(OLD_NAMES.get(name, name) for name in wanted or names()):
        print(f"== {name} ({size})", flush=True)
        import_module(f"benchmarks.{name}").main(size)


if __name__ == "__main__":
    main(sys.argv[1:])
