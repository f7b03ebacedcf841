"""The floor: settings, logs, the metrics catalogue. Imports none of the other packages."""
