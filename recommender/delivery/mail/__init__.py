"""A shortlist as an e-mail: its text, its signed links, and the ways it is sent."""
