"""Remembers: what was announced (library) and what one reader said and saw (memory). The only SQL."""
