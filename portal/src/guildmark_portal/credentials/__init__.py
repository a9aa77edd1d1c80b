"""Certificates: issued on a pass, signed, and open to anybody who has the identifier."""
