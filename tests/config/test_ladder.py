import pytest

from config.ladder import Step, parse_ladder
from config.settings import MediaSettings


def test_rungs_have_lines_bits_and_a_name():
    steps = MediaSettings(ladder=("720p:2500", "480p:1200")).steps
    assert steps == (Step(720, 2_500_000), Step(480, 1_200_000))
    assert [step.name for step in steps] == ["720p", "480p"]
    assert MediaSettings().steps == ()


@pytest.mark.parametrize(
    "words,problem",
    [
        (["480"], "'480' is not <lines>p:<kilobits a second>, as in 480p:1200"),
        (["480p:1200k"], "'480p:1200k' is not"),
        (["100p:1200"], "'100p:1200': lines are an even number from 120 to 2160"),
        (["241p:400"], "'241p:400': lines are an even number"),
        (["480p:49"], "'480p:49': kilobits a second are from 50 to 50000"),
        (["480p:1200", "720p:2500"], "720p does not have fewer lines and bits than 480p before it"),
        (["720p:1200", "480p:1200"], "480p does not have fewer lines and bits than 720p before it"),
        ([f"{lines}p:{lines}" for lines in range(800, 100, -100)], "7 rungs, and 6 are the most"),
    ],
)
def test_a_wrong_word_is_named(words, problem):
    with pytest.raises(ValueError, match="ladder") as caught:
        MediaSettings(ladder=tuple(words))
    assert problem in str(caught.value)
    with pytest.raises(ValueError):
        parse_ladder(words)
