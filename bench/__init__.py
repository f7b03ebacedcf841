"""What Fenbo costs, measured: `make bench`.

Each load generator runs in its own process beside the server's, the server's CPU time comes from /proc, and beside each
figure stands a bare aiohttp handler that does the least that could be called the same.
"""
