"""Frameworks that say in words only that memory ran out."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def named_memory_errors(*signs: str) -> Iterator[None]:
    """Turns an error whose text has one of `signs`, or one without any text, into a `MemoryError`.

    LiteRT has no words at all for memory that it did not get, and words for everything else.
    """
    try:
        yield
    except Exception as error:
        text = str(error)
        if (not text and type(error) is RuntimeError) or any(sign in text for sign in signs):
            raise MemoryError from error
        raise
