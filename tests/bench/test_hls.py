from bench.hls import edge

PLAYLIST = """#EXTM3U
#EXT-X-PART:DURATION=0.5,URI="7.0.m4s",INDEPENDENT=YES
#EXT-X-PART:DURATION=0.5,URI="7.1.m4s"
#EXT-X-PART:DURATION=0.5,URI="7.2.m4s"
#EXTINF:1.5,
7.m4s
#EXT-X-PART:DURATION=0.5,URI="8.0.m4s",INDEPENDENT=YES
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="8.1.m4s"
"""


def test_the_edge_moves_part_by_part_and_on_to_the_next_segment():
    at = edge("/live/b/1", PLAYLIST)
    assert at.playlist == "/live/b/1/media.m3u8?_HLS_msn=8&_HLS_part=1"
    assert [step.media for step in (at, at.next(), at.next().next())] == [
        "/live/b/1/8.1.m4s",
        "/live/b/1/8.2.m4s",
        "/live/b/1/9.0.m4s",
    ]
