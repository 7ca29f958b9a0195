"""The pages that `recommend serve` shows; needs the extra `web`."""
