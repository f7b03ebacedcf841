"""How people reach a node."""

import pytest

from config.settings import HttpSettings
from signaling.listening import find_urls, in_url, open_tls


@pytest.mark.parametrize(
    ("settings", "http", "rtmp"),
    [
        (HttpSettings(), "http://127.0.0.1:81", "rtmp://127.0.0.1:82/live"),
        (HttpSettings(host="::"), "http://[::1]:81", "rtmp://[::1]:82/live"),
        (HttpSettings(host="10.0.0.1"), "http://10.0.0.1:81", "rtmp://10.0.0.1:82/live"),
        (HttpSettings(public_url="https://live.example/"), "https://live.example", "rtmp://live.example:82/live"),
    ],
)
def test_how_people_reach_it(settings, http, rtmp):
    urls = find_urls(settings, 81, 82)
    assert (urls.http, urls.rtmp) == (http, rtmp)


def test_an_address_in_a_url_and_no_certificate():
    assert [in_url(host) for host in ("::1", "[::1]", "10.0.0.1", "live.example")] == [
        "[::1]",
        "[::1]",
        "10.0.0.1",
        "live.example",
    ]
    assert open_tls(HttpSettings()) is None
