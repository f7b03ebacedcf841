import json

from signaling.messages_hq import QueuePush


def test_what_waits_as_a_screen_is_told():
    told = QueuePush(held=1, asked=2, appeals=3, mark="7-8-9").encode()
    assert json.loads(told) == {"type": "queue", "held": 1, "asked": 2, "appeals": 3, "mark": "7-8-9"}
