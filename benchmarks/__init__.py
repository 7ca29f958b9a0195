"""Speed and quality, measured; not part of the package."""
