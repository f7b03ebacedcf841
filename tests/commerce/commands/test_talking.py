"""Commands about talk are checked as strictly as those about money."""

import pytest

from commerce import commands as c
from commerce.errors import Invalid

ID = "a" * 16


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: c.PutWords(1, "hq", ()), "words"),
        (lambda: c.PutWords(1, "hq", (c.Word("x" * 61, "x"),)), "words[0].word"),
        (lambda: c.PutWords(1, "hq", (c.Word("x", "x"), c.Word("y", "y", "shout"))), "words[1].action"),
        (lambda: c.PutWords(1, "", (c.Word("x", "x"),)), "by"),
        (lambda: c.RemoveWord(1, "hq", ""), "word"),
        (lambda: c.SetRule(1, "hq", "no room"), "room"),
        (lambda: c.SetRule(1, "hq", None, slow_seconds=-1), "slow_seconds"),
        (lambda: c.Restrict(1, "hq", "?", "mute"), "viewer"),
        (lambda: c.Restrict(1, "hq", ID, "silence"), "kind"),
        (lambda: c.Restrict(1, "hq", ID, "ban", seconds=0), "seconds"),
        (lambda: c.Restrict(1, "hq", ID, "ban", reason="x" * 301), "reason"),
        (lambda: c.Lift(1, "hq", "?"), "restriction"),
        (lambda: c.Appeal(ID, "room", ""), "text"),
        (lambda: c.DecideAppeal(1, "hq", "?", True), "appeal"),
        (lambda: c.HoldLine("room", ID, "Ann", "", "text"), "id"),
        (lambda: c.DecideLine(1, "hq", "?", True), "held"),
        (lambda: c.RemoveLine(1, "hq", "room", "e", 0), "offset"),
        (lambda: c.AskHost("room", ID, "Ann", ""), "text"),
        (lambda: c.AnswerQuestion(1, "hq", "?"), "question"),
        (lambda: c.Announce(1, "hq", "x" * 1001), "text"),
    ],
)
def test_bad_values_name_their_field(make, field):
    with pytest.raises(Invalid) as caught:
        make()
    assert caught.value.field == field
