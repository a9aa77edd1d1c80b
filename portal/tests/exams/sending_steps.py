"""The steps of the sitting machine that send files: announced, cut, sent again, given up, at the limits and anywhere."""

import hashlib

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from portal.tests.exams.driven_sitting import (
    MANY,
    SECOND,
    STEP,
    DrivenSitting,
    categories,
    contents,
    places,
)

from guildmark_portal import clock
from guildmark_portal.exams import services
from guildmark_portal.exams.models import Upload
from guildmark_portal.exams.refusals import (
    DigestMismatch,
    OffsetConflict,
    UploadClosed,
)


class Sending(DrivenSitting):
    """Uploads, in any order."""

    @rule(
        limit=st.sampled_from(["", "", "deadline", "last_byte"]), beside=st.sampled_from([0, -STEP, STEP, SECOND, 900 * SECOND])
    )
    def time_goes_on(self, limit: str, beside: int) -> None:
        """To the instants beside a limit, where there is one already, or by a while."""
        if limit and self.plain.started is not None:
            self.at = max(self.at, getattr(self.plain, limit) + beside)
        else:
            self.at += abs(beside)

    @precondition(lambda self: self.closed < MANY)
    @rule(category=categories, content=contents)
    def announce(self, category: str, content: bytes) -> None:
        now, plain = self.at, self.plain
        standing = plain.stands_for(category, content, now)
        refusal = None if standing is not None else self.unless_running()
        opened = self.does(
            refusal,
            lambda: services.open_upload(
                attempt=self.attempt,
                category=category,
                file_name="mymodel.keras",
                sha256=hashlib.sha256(content).hexdigest(),
                size=len(content),
                now=clock.now(),
            ),
        )
        if opened is None:
            return
        if standing is not None:
            assert opened.pk == self.uploads[standing].pk
            plain.accept_if_known(standing, now)
        else:
            plain.open(category, content, now)
            self.uploads[plain.uploads[-1]] = opened
        self.note_accepted()

    @precondition(lambda self: self.plain.uploads and (self.closed < MANY or self.some_open()))
    @rule(place=places, whole=st.booleans(), spoilt=st.sampled_from([False, False, False, True]))
    def send(self, place: int, *, whole: bool, spoilt: bool) -> None:
        """A piece arrives: the rest, or a part of it because the line is cut; now and then with a wrong byte."""
        upload, now = self.any_upload(place), self.at
        rest = upload.content[len(upload.arrived) :]
        piece = rest if whole else rest[: max(1, len(rest) // 2)]
        piece = bytes(byte ^ spoilt for byte in piece)
        arrived = upload.arrived + piece
        refusal = self.unless_open(upload)
        if refusal is None and len(arrived) == len(upload.content) and arrived != upload.content:
            refusal = DigestMismatch
        self.does(refusal, lambda: self.receive(upload, len(upload.arrived), piece))
        if refusal is DigestMismatch:
            upload.arrived = b""
        elif refusal is None:
            upload.arrived = arrived
            if arrived == upload.content:
                self.plain.accept(upload, now)
        self.note_accepted()

    @precondition(lambda self: self.plain.started is not None and self.closed < MANY)
    @rule(category=categories, content=contents)
    def submit(self, category: str, content: bytes) -> None:
        """A file is announced and sent, and its grading may be due at once."""
        self.announce(category, content)
        newest = self.plain.uploads[-1:]
        if newest and newest[0].is_open and newest[0].content == content:
            self.send(0, whole=True, spoilt=False)

    @precondition(lambda self: self.plain.started is not None and self.closed < MANY)
    @rule(category=categories, content=contents, beside=st.sampled_from([-STEP, 0, STEP]))
    def announce_at_the_deadline(self, category: str, content: bytes, beside: int) -> None:
        self.time_goes_on("deadline", beside)
        self.announce(category, content)

    @precondition(lambda self: self.some_open())
    @rule(place=places, beside=st.sampled_from([-STEP, 0, STEP]))
    def send_the_rest_at_the_end_of_the_grace(self, place: int, beside: int) -> None:
        self.time_goes_on("last_byte", beside)
        self.send(place or 10, whole=True, spoilt=False)

    @precondition(lambda self: any(one.arrived and one.is_open for one in self.plain.uploads))
    @rule(place=places)
    def send_again(self, place: int) -> None:
        """The answer to a piece was lost, and the client sends from where it thinks that the upload stands."""
        upload = self.any_upload(place)
        behind = max(0, len(upload.arrived) - 2)
        refusal = self.unless_open(upload) or (OffsetConflict if behind != len(upload.arrived) else None)
        if refusal is not None:
            self.does(refusal, lambda: self.receive(upload, behind, upload.content[behind : behind + 1]))

    @precondition(lambda self: self.some_open())
    @rule(place=places)
    def give_up(self, place: int) -> None:
        upload = self.any_upload(place)
        fresh = Upload.objects.get(pk=self.uploads[upload].pk)
        self.does(None if upload.is_open else UploadClosed, lambda: services.abandon_upload(upload=fresh, now=clock.now()))
        upload.abandoned |= upload.is_open
