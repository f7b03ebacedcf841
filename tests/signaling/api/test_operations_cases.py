"""Each operation around cases is there once."""

from signaling.api.operations_cases import CASES


def test_each_is_there_once():
    found = [(operation.method, operation.path) for operation in CASES]
    assert len(found) == len(set(found)) == 9
    assert [operation.security for operation in CASES].count("session") == 5
