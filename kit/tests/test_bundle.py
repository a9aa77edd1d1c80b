import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark.errors import BundleDamaged
from guildmark.packs.bundle import MAGIC, iter_zip, new_key, pack_zip, seal, unseal

KEY = new_key()
names = st.from_regex(r"[A-Za-z0-9_]{1,8}(/[A-Za-z0-9_.]{1,8}x){0,2}", fullmatch=True)
files = st.dictionaries(names, st.binary(max_size=200), max_size=5)


@given(st.binary(max_size=2000), st.text(max_size=40))
def test_what_is_sealed_opens_with_its_key_for_its_attempt(content, attempt):
    assert unseal(seal(content, key=KEY, attempt=attempt), key=KEY, attempt=attempt) == content


@given(st.binary(min_size=16, max_size=2000))
def test_s3_nothing_of_the_content_shows(content):
    assert content not in seal(content, key=KEY, attempt="a")


def test_the_same_content_is_sealed_differently_each_time():
    assert seal(b"x", key=KEY, attempt="a") != seal(b"x", key=KEY, attempt="a")


def test_another_key_does_not_open_it():
    with pytest.raises(BundleDamaged):
        unseal(seal(b"x", key=KEY, attempt="a"), key=new_key(), attempt="a")


def test_x15_another_attempts_bundle_does_not_open():
    with pytest.raises(BundleDamaged):
        unseal(seal(b"x", key=KEY, attempt="a"), key=KEY, attempt="b")


@given(st.binary(max_size=200), st.data())
def test_a_truncated_bundle_is_damaged(content, data):
    sealed = seal(content, key=KEY, attempt="a")
    with pytest.raises(BundleDamaged):
        unseal(sealed[: data.draw(st.integers(0, len(sealed) - 1))], key=KEY, attempt="a")


@given(st.binary(max_size=200), st.data())
def test_a_flipped_bit_is_damage(content, data):
    sealed = bytearray(seal(content, key=KEY, attempt="a"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(BundleDamaged):
        unseal(bytes(sealed), key=KEY, attempt="a")


@given(st.binary(max_size=100))
def test_any_other_bytes_are_damage(garbage):
    for sealed in (garbage, MAGIC + garbage):
        with pytest.raises(BundleDamaged):
            unseal(sealed, key=KEY, attempt="a")


@pytest.mark.parametrize("key", [b"", b"short", bytes(33)])
def test_a_key_of_another_length_does_not_open_it(key):
    with pytest.raises(BundleDamaged):
        unseal(seal(b"x", key=KEY, attempt="a"), key=key, attempt="a")


@given(files)
def test_what_is_packed_comes_out(content):
    assert {str(path): data for path, data in iter_zip(pack_zip(content))} == content


@given(files)
def test_the_same_files_are_the_same_bytes(content):
    assert pack_zip(content) == pack_zip(dict(reversed(content.items())))


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a/..", "a\\..\\x", "..\\x", ".", "./"])
def test_a_path_that_leaves_the_folder_is_damage(name):
    with pytest.raises(BundleDamaged):
        list(iter_zip(zip_of(name)))


def zip_of(name):
    """A zip with one entry of exactly this name, which `zipfile` would mend when it writes."""
    placeholder = "N" * len(name.encode())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(placeholder, b"x")
    return buffer.getvalue().replace(placeholder.encode(), name.encode())


@given(st.dictionaries(names, st.binary(min_size=50, max_size=200), min_size=1, max_size=2), st.data())
def test_a_damaged_archive_is_damage_or_whole(content, data):
    packed = bytearray(pack_zip(content))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        list(iter_zip(bytes(packed)))
    except BundleDamaged:
        return


@given(st.binary(max_size=300))
def test_any_other_bytes_are_no_archive(garbage):
    with pytest.raises(BundleDamaged):
        list(iter_zip(garbage))
