"""A claim is one line of a sale and all that stand for it."""

from commerce.earning.claims import Claim


def line(key, amount, clawed=0, state="frozen"):
    return {"id": key, "sku": "tea", "amount_minor": amount, "clawed_minor": clawed, "state": state, "reason": ""}


def test_all_its_lines_together_have_what_is_left_of_it():
    found = Claim(line(1, 990), (line(1, 990, 990, "void"), line(2, 400, 100), line(3, 590, 0, "paid")), ended=False)
    assert found.left_minor == 890
    assert found.as_line() == {"id": 1, "sku": "tea", "amount_minor": 990, "clawed_minor": 100}


def test_what_was_not_sent_gives_back_first():
    found = Claim(line(1, 990), (line(1, 990, 590, "paid"), line(2, 590, 90)), ended=False)
    assert found.give_back(0) == {}
    assert found.give_back(400) == {2: 400}
    assert found.give_back(700) == {2: 500, 1: 200}
