"""The rules of the door: pure functions over frozen values. No clock, no I/O, no logging."""
