"""The pages that `recommend serve` shows."""
