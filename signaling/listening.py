"""Sockets, certificates, and how people reach this node: what it needs before and around its parts."""

from __future__ import annotations

import socket
import ssl
from contextlib import AsyncExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from config.settings import HttpSettings

STOP_SECONDS_MAX = 5.0  # for requests under way when the node stops
BACKLOG = 4096
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # how this machine itself reaches a wildcard address


@dataclass(frozen=True, slots=True)
class Urls:
    """How people reach this node, without a slash at the end."""

    http: str
    rtmp: str
    rtmps: str | None = None


async def open_site(
    stack: AsyncExitStack, app: web.Application, listener: socket.socket, tls: ssl.SSLContext | None
) -> None:
    """Answers until the stack is closed; then requests under way are finished."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_SECONDS_MAX)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.SockSite(runner, listener, ssl_context=tls, backlog=BACKLOG).start()


def listen(host: str, port: int) -> socket.socket:
    """Bound before anything is built that has to know the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=BACKLOG)


def open_tls(http: HttpSettings) -> ssl.SSLContext | None:
    """None without a certificate."""
    if http.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(http.tls_certificate, http.tls_key)
    return context


def find_urls(http: HttpSettings, http_port: int, rtmp_port: int, rtmps_port: int | None = None) -> Urls:
    """As configured; otherwise as this machine reaches itself."""
    scheme = "https" if http.tls_certificate else "http"
    host = in_url(LOOPBACK.get(http.host, http.host))
    url = http.public_url.rstrip("/") or f"{scheme}://{host}:{http_port}"
    name = in_url(urlsplit(url).hostname or host)
    secure = None if rtmps_port is None else f"rtmps://{name}:{rtmps_port}/live"
    return Urls(url, f"rtmp://{name}:{rtmp_port}/live", secure)


def in_url(host: str) -> str:
    """An IPv6 address in brackets, everything else as it is."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
