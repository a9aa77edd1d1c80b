"""A whole exam, end to end: the real client against the real portal, over HTTP, with models that are really trained."""
