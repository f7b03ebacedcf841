"""`python -m bench [name ...]`: runs benches, prints tables, writes bench/results/<name>.json and the README."""

from __future__ import annotations

import argparse
import importlib

import uvloop

from bench.report import save, show, write_readme

# modules with `async def rows() -> list[Row]`
BENCHES = (
    "hls",
    "packaging",
    "viewers",
    "hls_peers",
    "chat",
    "rooms",
    "nodes",
    "orders",
    "flash",
    "checkouts",
    "vendure",
    "publishers",
    "whep",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHES)}; all when none is named")
    parser.add_argument("--dry", action="store_true", help="print, and leave the kept results as they are")
    chosen = parser.parse_args()
    for name in chosen.names or BENCHES:
        rows = uvloop.run(importlib.import_module(f"bench.{name}").rows())
        show(name, rows)
        if rows and not chosen.dry:  # a bench that was left out keeps what it found before
            save(name, rows)
    if not chosen.dry:
        write_readme()


if __name__ == "__main__":
    main()
