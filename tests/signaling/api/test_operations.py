from signaling.api.operations import HQ, OPERATIONS
from signaling.api.operations_money import DESK


def test_every_operation_stands_once():
    addresses = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(set(addresses)) == len(addresses)


def test_headquarters_is_behind_its_login_and_nothing_else_is():
    for operation in OPERATIONS:
        behind = operation.path.startswith((HQ, DESK)) and not operation.path.endswith("/login")
        assert (operation.security == "session") == behind, operation.path
