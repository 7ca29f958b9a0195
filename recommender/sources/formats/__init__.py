"""One file a digest format, each with `recognises` and `read_digests`."""
