"""Programs, exam versions, and the attempts of candidates: facts in the database, statuses by `guildmark.rules`."""
