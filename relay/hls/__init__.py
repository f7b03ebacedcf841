"""LL-HLS: pure packaging, and the origin that serves it.

fmp4 (boxes) < lane (one track's samples) < slices (where a part ends) < segmenter (packets in, parts out)
< window (what exists) < playlist (its text) < output (a broadcast's task, its waiters) < origin (all of them) < http.
"""
