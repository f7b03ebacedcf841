"""A whole node in a process of its own: starts, says where it is, stops when it is told to."""

import json
import signal
import socket
import urllib.error
import urllib.request

import pytest


def test_it_listens_when_the_file_is_there_and_stops_with_status_0(start_server):
    server = start_server("serve")
    found = server.addresses
    assert server.get("/healthz") == b"ok\n"
    assert json.loads(server.get("/readyz")) == {"database": "ok", "rtmp": "ok"}
    assert found["rtmp"].startswith("rtmp://127.0.0.1:")
    assert found["whip"] == f"{found['http']}/whip"
    assert found["metrics"] == f"{found['http']}/metrics"
    assert found["rooms"] == []
    server._process.send_signal(signal.SIGTERM)
    assert server._process.wait(40) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{found['http']}/healthz", timeout=1)
    assert "Traceback" not in server.log


def test_a_port_that_is_taken_is_said(start_server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(AssertionError, match="cannot start"):
            start_server("serve", FENBO_HTTP__PORT=port)
