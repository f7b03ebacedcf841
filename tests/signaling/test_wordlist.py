import pytest

from signaling.folding import fold
from signaling.wordlist import Found, Listed, WordList


def word_list(**actions):
    return WordList([Listed(word, fold(word).text, action) for word, action in actions.items()])


WORDS = word_list(spam="refuse", sit="refuse", 加微信="hold", 返现="mask", darn="mask")


@pytest.mark.parametrize(
    ("text", "action", "word"),
    [
        ("buy SPAM now", "refuse", "spam"),
        ("s p a m", "refuse", "spam"),
        ("ѕ.р.а.m!", "refuse", "spam"),
        ("spammer", "", ""),
        ("pass it on, it is this pam", "", ""),
        ("please sit", "refuse", "sit"),
        ("请加 微。信详聊", "hold", "加微信"),
        ("spam 加微信", "refuse", "spam"),
        ("加微信返现", "hold", "加微信"),
        ("好的", "", ""),
        ("", "", ""),
    ],
)
def test_what_a_line_comes_to(text, action, word):
    found = WORDS.check(text)
    assert (found.action, found.word) == (action, word)


def test_masked_words_are_not_readable_and_the_rest_is():
    assert WORDS.check("今天 返 现 十元, darn it") == Found("mask", "返现", "今天 * * 十元, **** it")


def test_an_empty_list_finds_nothing():
    assert WordList([]).check("spam") == Found("", "", "spam")


def test_a_long_list_finds_each_of_its_words():
    many = WordList([Listed(f"词{n}x", f"词{n}x", "refuse") for n in range(20_000)])
    assert all(many.check(f"这是词{n}x吗").word == f"词{n}x" for n in range(0, 20_000, 997))
