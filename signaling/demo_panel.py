"""What the demo prints: where to look, how to log in, how to stop."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text


def panel(addresses: dict[str, Any], *, publishes: bool) -> RenderableType:
    """The whole message. Keys are shown only to those who have to publish themselves."""
    rooms = Table("room", "link that brings its customers", box=None, header_style="dim", pad_edge=False)
    for room in addresses["rooms"]:
        rooms.add_row(Text(room["url"], style="bold cyan"), Text(room["link"]))
    hq = addresses["hq"]
    ways = Table(box=None, show_header=False, pad_edge=False)
    ways.add_row("HQ", Text(hq["url"], style="bold cyan"), Text(f"user {hq['user']}   password {hq['password']}"))
    lines: list[RenderableType] = [rooms, "", ways, ""]
    if not publishes:  # on a line of its own, so that it can be copied
        lines += ["publish to", Text(f"{addresses['rtmp']}/{addresses['stream_key']}", style="bold cyan"), ""]
    lines.append(Text(_advice(addresses, publishes=publishes), style="dim"))
    return Panel(Group(*lines), title="Fenbo is live", border_style="green", expand=False)


def _advice(addresses: dict[str, Any], *, publishes: bool) -> str:
    first = (
        "The broadcast is generated on this machine." if publishes else "Nothing is published yet: that is up to you."
    )
    camera = f"Publishing from a browser's camera needs HTTPS, or {addresses['http']} on this machine itself."
    return f"{first} Everything is gone after Ctrl-C.\n{camera}"
