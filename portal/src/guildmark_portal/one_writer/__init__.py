"""PostgreSQL for Django, with the one promise of SQLite that the portal's rules were written and tested on: see `base`."""
