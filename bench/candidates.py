"""Candidates whose clocks run, made in a portal's data folder: `python -m bench.candidates DATA PROGRAM COUNT`.

Prints JSON: of each the attempt and the session of a browser that is signed in.
"""

import json
import sys
from pathlib import Path

from guildmark_portal.cli.options import use_django


def main() -> None:
    """Make them."""
    data, program, count = sys.argv[1:]
    use_django(Path(data))
    sys.stdout.write(json.dumps([_candidate(program, number) for number in range(int(count))]) + "\n")


def _candidate(program: str, number: int) -> dict[str, str]:
    from django.conf import settings
    from django.test import Client

    from guildmark_portal import clock
    from guildmark_portal.accounts.models import User
    from guildmark_portal.exams import services

    user = User.objects.create_user(email=f"candidate{number}@example.org", name=f"Candidate {number}")
    attempt = services.open_attempt(user=user, program=program, now=clock.now())
    offer = services.prepare(attempt=attempt, now=clock.now())
    services.begin(attempt=attempt, bundle_sha256=offer.sha256, now=clock.now())
    browser = Client()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return {"attempt": str(attempt.pk), "session": browser.cookies[settings.SESSION_COOKIE_NAME].value}


if __name__ == "__main__":
    main()
