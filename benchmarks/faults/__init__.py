"""Commands that are killed, or whose system calls fail, at every step of their way."""
