"""The author's tools: look a pack over, build a bank of variants from it, and prove it with its own references."""
