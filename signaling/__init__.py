"""Talks to people: HTTP, WebSocket, pages; and wires relay and commerce together."""
