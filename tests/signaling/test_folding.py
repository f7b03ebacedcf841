import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.folding import fold


@pytest.mark.parametrize(
    "text",
    [
        "spam",
        "SPAM",
        "ｓｐａｍ",
        "s.p a-m",
        "s\u200bp\u200da\ufeffm",
        "ѕрам",  # Cyrillic, but for the m
        "spám",
        "𝓼𝓹𝓪𝓶",
        "ⓢⓟⓐⓜ",
        "s\u0336p\u0336a\u0336m",
        "s\u3164p\u2800am",
        "*s*p*a*m*",
        "ꜱᴘᴀᴍ",
        "🅢🅟🅐🅜",
        "🆂🅿🅰🅼",
        "🇸 🇵 🇦 🇲",
        "ᏚᏢᎪᎷ",
        "s\u202epam",
    ],
)
def test_tricks_that_say_spam(text):
    assert fold(text).text == "spam"


@pytest.mark.parametrize(("text", "folded"), [("加 微-信", "加微信"), ("㊙️", "秘"), ("ABC１２３", "abc123")])
def test_other_scripts_and_digits(text, folded):
    assert fold(text).text == folded


@given(st.text(max_size=60))
def test_every_character_knows_where_it_comes_from(text):
    found = fold(text)
    assert len(found.text) == len(found.places) == len(found.glued)
    assert list(found.places) == sorted(found.places)
    assert all(0 <= place < len(text) for place in found.places)


@given(st.text(max_size=40))
def test_folding_again_changes_nothing(text):
    once = fold(text).text
    assert fold(once).text == once


def test_what_stands_between_is_known():
    assert fold("ab c\u200bd").glued == (False, True, False, True)
