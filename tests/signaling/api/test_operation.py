from signaling.api.operation import HQ, hq


def test_what_stands_behind_the_login():
    found = hq("get", "/things", "Things", {200: None}, media="text/csv")
    assert (found.path, found.security, found.media) == (f"{HQ}/things", "session", "text/csv")
