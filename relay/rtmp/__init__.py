"""RTMP: a sans-I/O core and its asyncio shell."""
