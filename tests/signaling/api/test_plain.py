from dataclasses import dataclass

from signaling.api.plain import plain


@dataclass
class Record:
    name: str
    secret: str


def test_fields_by_name_but_for_those_left_out():
    assert plain(Record("a", "b")) == {"name": "a", "secret": "b"}
    assert plain(Record("a", "b"), "secret") == {"name": "a"}
