"""Stripe's mock server, built from the Go module proxy; and a Stripe that remembers, which the mock does not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import stripe
from aiohttp import web
from aiohttp.test_utils import TestServer

VERSION = "v0.203.0"
CACHE = Path.home() / ".cache" / "fenbo-peers"
WEBHOOK_SECRET = "whsec_test"
CREDENTIALS = {"secret_key": "sk_test_123", "webhook_secret": WEBHOOK_SECRET}


def stripe_mock() -> Path | None:
    """The program, in the cache outside the tree; None where there is no Go."""
    program = CACHE / "stripe-mock"
    if not program.exists():
        if shutil.which("go") is None:
            return None
        CACHE.mkdir(parents=True, exist_ok=True)
        caches = {"GOMODCACHE": str(CACHE / "mod"), "GOCACHE": str(CACHE / "go-build"), "GOFLAGS": "-modcacherw"}
        command = ["go", "install", f"github.com/stripe/stripe-mock@{VERSION}"]
        subprocess.run(command, env={**os.environ, **caches, "GOBIN": str(CACHE)}, check=True, capture_output=True)
    return program


class StripeFake:
    """Checkout sessions and refunds by their ids; each idempotency key is answered once and then the same."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.refunds: list[dict[str, Any]] = []
        self.answered: dict[str, tuple[int, Any]] = {}
        self.refund_status = "succeeded"
        self.refuses = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/v1/{path:.*}", self.answer)
        self.server = TestServer(app)
        await self.server.start_server()
        self.url = str(self.server.make_url("")).rstrip("/")

    async def close(self) -> None:
        await self.server.close()

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers["Authorization"] != f"Bearer {CREDENTIALS['secret_key']}":
            return web.json_response({"error": {"type": "invalid_request_error", "message": "bad key"}}, status=401)
        key = request.headers.get("Idempotency-Key", "") if request.method == "POST" else ""
        if key not in self.answered or key.startswith("stripe-python-retry"):
            form = dict(await request.post()) if request.method == "POST" else dict(request.query)
            self.answered[key] = self._do(request.method, request.match_info["path"].split("/"), form)
        status, found = self.answered[key] if key else self.answered.pop("")
        return web.json_response(found, status=status)

    def _do(self, method: str, path: list[str], form: dict[str, Any]) -> tuple[int, Any]:
        match (method, *path):
            case ("POST", "checkout", "sessions"):
                return 200, self._begin(form)
            case ("GET", "checkout", "sessions", name) if name in self.sessions:
                return 200, self.sessions[name]
            case ("POST", "checkout", "sessions", name, "expire") if self.sessions[name]["status"] == "open":
                self.sessions[name] |= {"status": "expired"}
                return 200, self.sessions[name]
            case ("GET", "refunds"):
                return 200, {"object": "list", "data": self.refunds, "has_more": False, "url": "/v1/refunds"}
            case ("POST", "refunds"):
                return self._refund(form)
            case ("GET", "payment_intents", name):
                session = next(each for each in self.sessions.values() if each["payment_intent"] == name)
                return 200, {"object": "payment_intent", "id": name, "metadata": session["metadata"]}
            case ("GET", "balance"):
                return 200, {"object": "balance", "livemode": False}
        return 404, {"error": {"type": "invalid_request_error", "code": "resource_missing", "message": "no such thing"}}

    def _begin(self, form: dict[str, Any]) -> dict[str, Any]:
        name = f"cs_test_{len(self.sessions)}"
        metadata = {"payment": form["metadata[payment]"], "trade": form["metadata[trade]"]}
        price = "line_items[0][price_data]"
        self.sessions[name] = {
            "object": "checkout.session",
            "id": name,
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": None,
            "amount_total": int(form[f"{price}[unit_amount]"]),
            "currency": form[f"{price}[currency]"],
            "metadata": metadata,
            "url": f"https://checkout.stripe.com/c/pay/{name}",
        }
        return self.sessions[name]

    def _refund(self, form: dict[str, Any]) -> tuple[int, Any]:
        if self.refuses:
            return 400, {"error": {"type": "invalid_request_error", "message": self.refuses}}
        metadata = {"refund": form["metadata[refund]"]}
        about = {"payment_intent": form["payment_intent"], "amount": int(form["amount"]), "metadata": metadata}
        made = {"object": "refund", "id": f"re_{len(self.refunds)}", "status": self.refund_status} | about
        self.refunds.append(made)
        return 200, made

    def pay(self, name: str) -> None:
        self.sessions[name] |= {"status": "complete", "payment_status": "paid", "payment_intent": f"pi_{name}"}

    def notice(self, name: str, at: float | None = None, **change: Any) -> tuple[dict[str, str], bytes]:
        """The event of a session that was paid, or of another object (`about`, `kind`)."""
        kind = change.pop("kind", "checkout.session.completed")
        event, about = change.pop("event", f"evt_{name}"), change.pop("about", self.sessions.get(name, {}))
        body = json.dumps({"id": event, "object": "event", "type": kind, "data": {"object": about | change}})
        stamp = int(time.time() if at is None else at)
        header = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET, stamp)
        return {"Stripe-Signature": header}, body.encode()
