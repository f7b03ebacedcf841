"""LL-HLS: pure packaging, and the origin that serves it."""
