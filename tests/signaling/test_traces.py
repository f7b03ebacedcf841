"""Two requests from one browser or one household look the same, and say neither cookie nor address."""

from aiohttp.test_utils import make_mocked_request

from signaling.callers import Callers
from signaling.tokens import ViewerTokens, new_viewer
from signaling.traces import Traces
from signaling.viewers import Viewers

TOKENS = ViewerTokens(b"k" * 32)


class Node:
    def digest(self, kind, what):
        return f"<{kind}:{hash(what)}>"


def seen(viewer, address):
    traces = Traces(Node(), Viewers(TOKENS, set(), secure=False), Callers())
    headers = {"Cookie": f"fenbo_viewer={TOKENS.sign(viewer, 4e9)}"}
    return traces.of(make_mocked_request("GET", "/", headers=headers).clone(remote=address))


def test_a_browser_and_a_household(monkeypatch):
    monkeypatch.setattr("signaling.viewers.time.time", lambda: 4e9)
    one, other = new_viewer(), new_viewer()
    device, address = seen(one, "2001:db8:1:2::1")
    assert seen(one, "2001:db8:1:2:3::4") == (device, address)
    assert seen(one, "2001:db8:1:3::1") == (device, seen(other, "2001:db8:1:3::9")[1])
    assert seen(other, "2001:db8:1:2::1")[0] != device
    assert one not in device
    assert seen(one, "")[1] == "", "nothing to tell it by"
