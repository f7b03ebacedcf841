"""Moves media: RTMP and WHIP in, WebRTC and LL-HLS out, one broadcast in the middle."""
