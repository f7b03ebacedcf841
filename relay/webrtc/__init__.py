"""WebRTC: one port in and out, packetised once, fanned out to every viewer."""
