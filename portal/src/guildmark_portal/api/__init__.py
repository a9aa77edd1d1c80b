"""The portal's API under `/api/v1`, as `guildmark.protocol` describes it."""
