"""What taking in a publisher costs, by server, and the table of it in README.md."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.report import machine
from config.describe import README, with_block

RESULTS = Path(__file__).parent / "results" / "rtmp" / "publishers.json"
BLOCK = "publishers"


@dataclass(frozen=True, slots=True)
class Row:
    """One server with `publishers` at once; `cores` is its whole load, `steal` of a core."""

    server: str
    version: str
    how: str
    publishers: int
    cores: float
    idle_cores: float
    steal: float

    @property
    def percent_each(self) -> float:
        """Of a core, for one publisher; what the server spends on nobody is not his."""
        return 100 * (self.cores - self.idle_cores) / self.publishers


def save(rows: list[Row], results: Path = RESULTS) -> None:
    """A newer run takes the place of the older one."""
    results.parent.mkdir(parents=True, exist_ok=True)
    run = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
    results.write_text(json.dumps(run | {"rows": [asdict(row) for row in rows]}, indent=2) + "\n", "utf-8")


def markdown(results: Path = RESULTS) -> str:
    """The table of the kept run."""
    lines = ["| server | publishers | % of a core each | what it does | run |", "|---|---|---|---|---|"]
    if results.exists():
        run = json.loads(results.read_text("utf-8"))
        for row in (Row(**one) for one in run["rows"]):
            name = f"{row.server} {row.version}".strip()
            lines.append(f"| {name} | {row.publishers} | {row.percent_each:.2f} | {row.how} | {run['at'][:10]} |")
    return "\n".join(lines)


def write_readme() -> None:
    """Puts it into README.md."""
    README.write_text(with_block(README.read_text("utf-8"), BLOCK, markdown()), "utf-8")


if __name__ == "__main__":
    write_readme()
