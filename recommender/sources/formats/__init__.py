"""The formats of digests, one file each, with the same two functions: `recognises` and `read_digests`."""
