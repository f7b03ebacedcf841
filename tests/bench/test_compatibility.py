"""The table of clients is what the recorded sessions give today."""

from bench.compatibility import BLOCK, CAPTURES, CLIENTS, markdown, played
from config.describe import README, with_block


def test_the_readme_has_the_table_of_the_recorded_sessions():
    text = README.read_text("utf-8")
    assert with_block(text, BLOCK, markdown()) == text, "run `make readme`"


def test_what_came_of_a_session():
    session = (CAPTURES / "ffmpeg-5.1.rtmp").read_bytes()
    assert played(session).cells() == "h264, 20 pictures | yes | aac, 88 frames | plays, says that it stops"
    assert played(session[: len(session) // 2]).cells().endswith("plays, just closes")


def test_a_refusal_is_said():
    session = bytearray((CAPTURES / "ffmpeg-5.1.rtmp").read_bytes())
    session[0] = 9
    assert played(bytes(session)).cells() == "none | no | none | handshake: version 9, not 3"


def test_every_client_has_a_session():
    assert {path.stem for path in CAPTURES.glob("*.rtmp")} == set(CLIENTS)
