"""The servers that WebRTC viewers could use instead, each set up as its documentation says, and the clip for all."""
