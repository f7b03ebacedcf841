"""Results as a table on the screen, as JSON in bench/results/, and as a table in README.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import whep_row
from config.describe import README, with_block

RESULTS = Path(__file__).parent / "results"
BLOCK, WHEP_BLOCK = "bench", "whep"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `bare` is the same from the bare handler, `beside` from others; `steal` is the largest, of a core."""

    what: str
    unit: str
    fenbo: float
    bare: float | None = None
    steal: float = 0.0
    how: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    beside: dict[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return self.fenbo / self.bare if self.bare else None


def show(name: str, rows: list[Row]) -> None:
    """On the screen."""
    table = Table("what", "Fenbo", "bare", "ratio", "others", "unit", "steal", title=name, title_justify="left")
    for row in rows:
        table.add_row(row.what, *_figures(row), row.unit, f"{row.steal:.1%}")
    console = Console()
    console.print(table)
    for row in rows:
        console.print(f"{row.what}: {row.how} {row.more or ''}", style="dim", highlight=False)


def save(name: str, rows: list[Row], folder: Path = RESULTS) -> None:
    """One file a bench; a newer run takes the place of the older one."""
    run = {"bench": name, "at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    run["rows"] = [asdict(row) for row in rows]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(run, indent=2) + "\n", "utf-8")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    cpu = next((line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], check=False, capture_output=True, text=True)
    return {
        "cpu": cpu.partition(":")[2].strip(),
        "cores": len(set(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "aiohttp": version("aiohttp"),
        "uvloop": version("uvloop"),
        "commit": commit.stdout.strip(),
        "load_5min": round(os.getloadavg()[1], 1),  # far above the bench's own: neighbours had their share
    }


def markdown(folder: Path = RESULTS) -> str:
    """The README's table: every row of every run that is kept."""
    lines = ["| what | Fenbo | bare | ratio | others | unit | run |", "|---|---|---|---|---|---|---|"]
    for path in sorted(folder.glob("*.json")):
        run = json.loads(path.read_text("utf-8"))
        rows = [Row(**row) for row in run["rows"]]
        lines += [f"| {row.what} | {' | '.join(_figures(row))} | {row.unit} | {run['at'][:10]} |" for row in rows]
    return "\n".join(lines)


def _figures(row: Row) -> tuple[str, str, str, str]:
    bare, ratio = ("", "") if row.bare is None else (_short(row.bare), f"{row.ratio:.2f}")
    beside = ", ".join(f"{name} {_short(figure)}" for name, figure in row.beside.items())
    return _short(row.fenbo), bare, ratio, beside


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write_readme() -> None:
    """Puts the tables of today into README.md."""
    README.write_text(with_tables(README.read_text("utf-8")), "utf-8")


def with_tables(text: str) -> str:
    """The README's text with both: Fenbo's own figures, and WHEP beside other servers."""
    return with_block(with_block(text, BLOCK, markdown()), WHEP_BLOCK, whep_row.markdown(whep_row.RESULTS))


if __name__ == "__main__":
    write_readme()
