import pytest

from commerce import commands as c
from commerce import events
from commerce.errors import Conflict
from commerce.talk import questions, words


def put(shop, *words):
    return shop.commerce.execute(c.PutWords(shop.merchant.id, "hq", words))


async def test_a_list_has_each_word_once_with_its_latest_action(shop):
    assert await put(shop, c.Word("Spam", "spam"), c.Word("微信", "微信", "hold")) == 2
    assert await put(shop, c.Word("SPAM", "spam", "mask")) == 2
    found = await shop.commerce.ask(questions.words, shop.merchant.id)
    assert {(word.word, word.action) for word in found} == {("SPAM", "mask"), ("微信", "hold")}
    await shop.commerce.execute(c.RemoveWord(shop.merchant.id, "hq", "spam"))
    await shop.commerce.execute(c.RemoveWord(shop.merchant.id, "hq", "spam"))
    assert [word.word for word in await shop.commerce.ask(questions.words, shop.merchant.id)] == ["微信"]
    assert shop.facts == [events.WordsChanged(shop.merchant.id)] * 3
    kinds = [act.kind for act in (await shop.commerce.ask(questions.acts, shop.merchant.id)).acts]
    assert kinds == ["unword", "words", "words"]


async def test_a_list_that_is_full_takes_no_more(sqlite_shop, monkeypatch):
    monkeypatch.setattr(words, "WORDS_MAX", 2)
    await put(sqlite_shop, c.Word("a", "a"), c.Word("b", "b"))
    with pytest.raises(Conflict):
        await put(sqlite_shop, c.Word("c", "c"))
    await put(sqlite_shop, c.Word("B", "b"))
    assert len(await sqlite_shop.commerce.ask(questions.words, sqlite_shop.merchant.id)) == 2
