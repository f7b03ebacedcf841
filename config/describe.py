"""The options written out for people: the table in README.md and the commented sample `config/deploy/fenbo.toml`.

Both are made from `settings.py` and checked for freshness by tests; `python -m config.describe` writes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from config.settings import Settings

SAMPLE = Path(__file__).parent / "deploy" / "fenbo.toml"
README = Path(__file__).parent.parent / "README.md"


@dataclass(frozen=True, slots=True)
class Option:
    """One option: where it stands, what it is when nobody says anything, what is allowed."""

    section: str
    name: str
    default: Any
    bounds: str
    meaning: str

    @property
    def dotted(self) -> str:
        return f"{self.section}.{self.name}" if self.section else self.name


def sections() -> Iterator[tuple[str, str, list[Option]]]:
    """(name, what it is about, its options); the options outside any section come first, under the empty name."""
    groups = [(name, field.default) for name, field in Settings.model_fields.items() if _is_section(field)]
    yield "", "", [_option("", name, f) for name, f in Settings.model_fields.items() if not _is_section(f)]
    for name, group in groups:
        fields = type(group).model_fields
        yield (
            name,
            (type(group).__doc__ or "").partition("\n")[0],
            [_option(name, key, field) for key, field in fields.items()],
        )


def table() -> str:
    """Markdown, one line an option."""
    lines = ["| option | default | meaning |", "|---|---|---|"]
    for _, _, options in sections():
        for option in options:
            bounds = f" ({option.bounds})" if option.bounds else ""
            lines.append(f"| `{option.dotted}` | {_shown(option.default)} | {option.meaning}{bounds} |")
    return "\n".join(lines)


def sample() -> str:
    """A `fenbo.toml` in which every option stands with its default, commented out."""
    lines = [
        "# Every option with its default; take the # away to change one. `fenbo serve --config fenbo.toml` reads it."
    ]
    for name, about, options in sections():
        if name:
            lines += ["", f"# {about}", f"[{name}]"]
        for option in options:
            bounds = f" ({option.bounds})" if option.bounds else ""
            lines += [f"# {option.meaning}{bounds}", f"#{option.name} = {_toml(option.default)}"]
    return "\n".join(lines) + "\n"


def with_block(text: str, name: str, body: str) -> str:
    """`text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced. Raises ValueError without them."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(opening)
    _, found_too, after = rest.partition(closing)
    if not found or not found_too:
        raise ValueError(f"no {opening} … {closing}")
    return f"{before}{opening}\n{body}\n{closing}{after}"


def _is_section(field: FieldInfo) -> bool:
    return isinstance(field.default, BaseModel)


def _option(section: str, name: str, field: FieldInfo) -> Option:
    return Option(section, name, field.default, _bounds(field.metadata), field.description or "")


def _bounds(metadata: list[Any]) -> str:
    """`500..20000`, `>= 1`, or nothing. Bounds of the type and of the field both stand in pydantic's metadata."""
    low = next((f"{m.ge:,}" for m in metadata if isinstance(m, Ge)), "")
    high = next((f"{m.le:,}" for m in metadata if isinstance(m, Le)), "")
    if low and high:
        return f"{low} to {high}"
    strict = [f"> {m.gt}" if isinstance(m, Gt) else f"< {m.lt}" for m in metadata if isinstance(m, Gt | Lt)]
    return ", ".join(strict + ([f"at least {low}"] if low else []) + ([f"at most {high}"] if high else []))


def _shown(default: Any) -> str:
    return "" if default in (None, "", ()) else f"`{_plain(default)}`"


def _plain(default: Any) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)


def _toml(default: Any) -> str:
    if default is None:
        return "(unset)"
    if isinstance(default, tuple):
        return "[" + ", ".join(_toml(item) for item in default) + "]"
    return _plain(default) if isinstance(default, bool | int | float) else f'"{default}"'


if __name__ == "__main__":
    SAMPLE.write_text(sample(), "utf-8")
    README.write_text(with_block(README.read_text("utf-8"), "options", table()), "utf-8")
