"""`python -m bench [name ...]`: runs benches, prints tables, writes bench/results/<name>.json and the README."""

from __future__ import annotations

import argparse
import importlib
import pkgutil

import uvloop

import bench
from bench.report import save, show, write_readme


def names() -> list[str]:
    """The modules of this package that have rows to measure; importing them all would be slow and is not needed."""
    return sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name in BENCHES)


BENCHES = ("chat", "checkouts", "hls", "orders", "whep")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(names())}; all when none is named")
    parser.add_argument("--dry", action="store_true", help="print, and leave the kept results as they are")
    chosen = parser.parse_args()
    for name in chosen.names or names():
        rows = uvloop.run(importlib.import_module(f"bench.{name}").rows())
        show(name, rows)
        if not chosen.dry:
            save(name, rows)
    if not chosen.dry:
        write_readme()


if __name__ == "__main__":
    main()
