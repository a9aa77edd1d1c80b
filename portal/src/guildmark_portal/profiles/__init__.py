"""Who candidates say they are: legal name, residence, and what they have agreed to."""
