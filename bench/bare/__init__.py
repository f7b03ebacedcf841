"""The least that does the same, in plain aiohttp on uvloop: what the figures are compared with."""
