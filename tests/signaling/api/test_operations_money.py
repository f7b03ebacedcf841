from signaling.api.operations_money import DESK, MONEY


def test_the_desk_is_behind_the_login_and_apart_from_hq():
    desk = [operation for operation in MONEY if operation.path.startswith(DESK)]
    assert desk
    assert {operation.security for operation in MONEY} == {"session"}
