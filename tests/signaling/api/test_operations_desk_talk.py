from signaling.api.operations_desk_talk import DESK_TALK


def test_no_operation_takes_a_room():
    """It is looked up from the session: there is nothing to ask for another's with."""
    for each in DESK_TALK:
        assert "{room}" not in each.path
        assert each.body is None or "room" not in each.body.model_fields
