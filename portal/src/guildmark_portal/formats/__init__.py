"""How dates are written in each language: Django reads `DATE_FORMAT` and its like from the modules below."""
