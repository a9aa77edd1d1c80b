"""Certificates before verifiers that others wrote, from npm: Digital Bazaar's, and the Digital Credentials Consortium's.

They know of ours what the issuer publishes (its DID document, its status lists) and the contexts that come with their own
packages. There is no network where they run: what they ask for beyond that is written down, and a test fails for it.

What each of them really checks:

- an embedded proof: both canonicalise (RDFC-1.0), verify Ed25519, look up the key in the DID document, hold its controller
  against the credential's issuer and `assertionMethod`, refuse terms that no context defines, and check dates and the form of
  a VC. The consortium's libraries are forks of Digital Bazaar's from some years ago, with a resolver of `did:web`, contexts and
  a verifier (`verifier-core`) of their own.
- status lists: both verify the lists' own proofs, dates and issuer, and read the bits. With Digital Bazaar's the caller says
  what a bit means; to the consortium's every bit speaks against a credential, so that ours do not name the list `refresh`.
- JWT: neither reads them. `jose` verifies signature, algorithm, `typ`, issuer and times, with the key that the DID document
  gives; the credential inside goes to each family's check of form and dates, and of the status lists.
- pictures: `unbake.js` takes the credential out; what it carries counts as if it had come alone. Nobody checks the pictures.
- Neither knows a retired key from one in use. A compromised one is no longer in `assertionMethod`, and refused.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from kit.tests.badges.issuing import NOW, SVG, Issuer, bare_png

from guildmark.badges.baking import bake_png, bake_svg
from guildmark.badges.documents import NAMED
from guildmark.badges.model import CategoryFacts, SkillFacts

HERE = Path(__file__).parent
FAMILIES = ("digitalbazaar", "dcc")
FORMS = ("credential.json", "credential.png", "credential.svg", "token.jwt", "token.png", "token.svg")
HOLDER = "Ada Lovelace"
RICH = {
    "description": 'Trains, tunes & ships models: “small” ones, <hidden> data, \\ and a "quote"; 모델, 模型.',
    "categories": tuple(CategoryFacts(id=f"category-{number}", title=f"Category {number}", score=5) for number in range(1, 6)),
    "skills": tuple(
        SkillFacts(code=f"C{number}", title=f"Does thing {number}", url=f"https://exam.example/skills/#C{number}")
        for number in range(1, 31)
    ),
}
"""Much to canonicalise, as a real certificate has."""
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
ASKED_IN_VAIN = {"digitalbazaar": set(), "dcc": {SCHEMA}}
"""The consortium's verifier also asks for 1EdTech's JSON Schema, and only tells what came of it; it is not ours to hand on."""

WRONG_SIGNATURE = {
    "digitalbazaar": {"Invalid signature."},
    "dcc": {"invalid_signature: The signature is not valid."},
    "jose": {"signature verification failed"},
}

Verdict = dict[str, object]
Verdicts = dict[str, Verdict]
Verify = Callable[[str, Path, datetime], Verdicts]

pytestmark = [pytest.mark.certificates, pytest.mark.xdist_group("foreign")]
every_family = pytest.mark.parametrize("family", FAMILIES)
every_form = pytest.mark.parametrize("form", FORMS)


def _is_installed() -> bool:
    installed, locked = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= locked.stat().st_mtime


@pytest.fixture(scope="module")
def verify() -> Verify:
    """Has a family verify every file in a folder, at a time, with what is published there; once for each."""
    if not _is_installed():
        subprocess.run(["npm", "ci"], cwd=HERE, check=True, capture_output=True, timeout=120)
    known: dict[tuple[str, Path, datetime], Verdicts] = {}

    def verdicts(family: str, folder: Path, now: datetime) -> Verdicts:
        if (family, folder, now) not in known:
            files = sorted(str(path) for path in (folder / "files").iterdir())
            command = ["node", "verify.js", family, str(folder), now.isoformat(), *files]
            done = subprocess.run(command, cwd=HERE, check=True, capture_output=True, text=True, timeout=60)
            known[family, folder, now] = json.loads(done.stdout)
        return known[family, folder, now]

    return verdicts


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer(changes=RICH)


def _forms_of(credential: str, name: str, ending: str) -> dict[str, bytes]:
    """A credential or JWT as a file, and baked into pictures."""
    return {
        f"{name}.{ending}": credential.encode(),
        f"{name}.png": bake_png(bare_png(), credential),
        f"{name}.svg": bake_svg(SVG, credential).encode(),
    }


def _files(credential: str, token: str) -> dict[str, bytes]:
    return {**_forms_of(credential, "credential", "json"), **_forms_of(token, "token", "jwt")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, issuer) -> Callable[..., Path]:
    """A folder with what an issuer publishes and files to verify: by default the issuer's own, in good standing."""
    made: dict[str, Path] = {}

    def filled(name: str, *, files=None, published=issuer, did=None, lists=None) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp("published")
            documents = published.file.status_lists if lists is None else lists
            status = {f"status/{place}.json": json.dumps(document).encode() for place, document in enumerate(documents)}
            theirs = files or _files(issuer.credential.decode(), issuer.token.decode())
            written = {
                "did.json": json.dumps(did or published.did_document).encode(),
                **status,
                **{f"files/{file_name}": content for file_name, content in theirs.items()},
            }
            for path, content in written.items():
                (made[name] / path).parent.mkdir(exist_ok=True)
                (made[name] / path).write_bytes(content)
        return made[name]

    return filled


def _refusal(verdict: Verdict) -> set[str]:
    assert verdict["verified"] is False
    return set(verdict["why"])


def _wrong_signature(family: str, form: str) -> set[str]:
    return WRONG_SIGNATURE["jose" if form.startswith("token") else family]


@every_form
@every_family
def test_x13_our_certificate_verifies(verify, folder, family, form):
    verdict = verify(family, folder("ours"), NOW)[form]

    assert verdict["verified"] is True, verdict
    if form.startswith("token"):
        assert verdict["checks"] == ["signature", "form and dates", "status"]
    elif family == "dcc":
        statuses = [f"{purpose}_status" for purpose in NAMED]
        assert verdict["checks"] == ["valid_signature", *statuses, "expiration"]
    else:
        assert verdict["checks"] == ["proof", "form and dates", "status"]


@every_family
def test_nothing_but_what_is_published_is_asked_for(verify, folder, family):
    asked = {address for verdict in verify(family, folder("ours"), NOW).values() for address in verdict["refused"]}
    assert asked == ASKED_IN_VAIN[family]


@every_form
@every_family
def test_x13_one_changed_character_is_noticed(verify, folder, issuer, family, form):
    altered = issuer.credential.decode().replace(HOLDER, HOLDER.replace("L", "l"))
    token = issuer.token.decode()
    middle = token.index(".") + 200
    forged = f"{token[:middle]}{'A' if token[middle] != 'A' else 'B'}{token[middle + 1 :]}"

    verdict = verify(family, folder("altered", files=_files(altered, forged)), NOW)[form]

    assert _refusal(verdict) == _wrong_signature(family, form)


def _changes(credential: str) -> Iterator[tuple[str, str]]:
    """Each text and number in the credential, with one character changed."""
    document = json.loads(credential)

    def walk(value: object, name: str, put: Callable[[object], None]) -> Iterator[str]:
        if isinstance(value, dict | list):
            for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                yield from walk(item, f"{name}-{key}", lambda new, key=key, value=value: value.__setitem__(key, new))
        elif isinstance(value, str):
            put(f"{value[:-1]}{'x' if value[-1] != 'x' else 'y'}")
            yield name
            put(value)

    for name in walk(document, "changed", lambda _new: None):
        yield name, json.dumps(document)


@every_family
def test_x13_whatever_text_is_changed_it_no_longer_verifies(verify, folder, issuer, family):
    plain = issuer.but(changes={"skills": RICH["skills"][:1]})
    files = {f"{name.replace('@', '')}.json": text.encode() for name, text in _changes(plain.credential.decode())}

    verdicts = verify(family, folder("changes", files=files), NOW)

    assert len(verdicts) == len(files) > 80
    assert {name for name, verdict in verdicts.items() if verdict["verified"]} == set()


@every_form
@every_family
def test_x13_with_another_key_under_the_same_name_it_does_not_verify(verify, folder, issuer, family, form):
    ours, others = json.loads(json.dumps(issuer.did_document)), Issuer().did_document
    for method, other in zip(ours["verificationMethod"], others["verificationMethod"], strict=True):
        method.update({name: value for name, value in other.items() if name.startswith("publicKey")})

    verdict = verify(family, folder("swapped-keys", did=ours), NOW)[form]

    assert _refusal(verdict) == _wrong_signature(family, form)


@every_form
@every_family
def test_x13_signed_with_a_key_that_the_issuer_does_not_publish_it_does_not_verify(verify, folder, family, form):
    verdict = verify(family, folder("strangers-key", published=Issuer()), NOW)[form]
    assert _refusal(verdict)


@every_form
@every_family
def test_x13_signed_with_a_key_that_fell_into_wrong_hands_it_does_not_verify(verify, folder, issuer, family, form):
    fallen = issuer.but(compromised=dict.fromkeys(("eddsa", "es256"), NOW))
    verdict = verify(family, folder("compromised-key", published=fallen), NOW)[form]
    assert _refusal(verdict)


@every_form
@every_family
def test_x13_it_verifies_in_its_last_minutes_and_not_after_its_last_day(verify, folder, issuer, family, form):
    # Digital Bazaar's clock may be wrong by five minutes; the lists are fresh, so that the date alone counts.
    end = issuer.facts.valid_until
    last_minutes, next_day = end - timedelta(minutes=1), end + timedelta(minutes=10)
    fresh = folder("last-day", published=issuer.but(now=end - timedelta(days=1)))

    assert verify(family, fresh, last_minutes)[form]["verified"] is True
    (why,) = _refusal(verify(family, fresh, next_day)[form])
    if form.startswith("token"):
        assert why == '"exp" claim timestamp check failed'
    elif family == "dcc":
        assert why == "expiration"
    else:
        assert 'is after "validUntil"' in why


@pytest.mark.parametrize("purpose", ["revocation", "suspension"])
@every_form
@every_family
def test_x13_taken_back_it_does_not_verify(verify, folder, issuer, family, form, purpose):
    listed = issuer.but(listed={purpose: (issuer.facts.status_index,)})

    verdict = verify(family, folder(purpose, published=listed), NOW)[form]

    is_core = family == "dcc" and form.startswith("credential")
    assert _refusal(verdict) == {f"{purpose}_status" if is_core else f"the credential's status: {purpose}"}


@every_form
@every_family
def test_x13_superseded_it_verifies_to_its_end(verify, folder, issuer, family, form):
    listed = issuer.but(listed={"refresh": (issuer.facts.status_index,)})
    verdict = verify(family, folder("superseded", published=listed), NOW)[form]
    assert verdict["verified"] is True


@every_form
@every_family
def test_x13_a_list_that_another_key_signed_says_nothing(verify, folder, family, form):
    verdict = verify(family, folder("strangers-lists", lists=Issuer().file.status_lists), NOW)[form]
    assert _refusal(verdict)


@every_form
@every_family
def test_x13_without_the_lists_it_does_not_verify(verify, folder, family, form):
    verdict = verify(family, folder("missing-lists", lists=[{"id": "https://exam.example/status/0/revocation"}]), NOW)[form]
    assert _refusal(verdict)
    assert any("/status/" in address for address in verdict["refused"])


@every_family
def test_x13_terms_that_no_context_defines_are_refused(verify, folder, issuer, family):
    files = {"unknown.json": json.dumps({**issuer.document, "salary": "1000000"}).encode()}
    assert _refusal(verify(family, folder("unknown-terms", files=files), NOW)["unknown.json"])
