"""HDF5 that reaches out of its file, ties itself into knots, or declares what it does not hold."""

import zlib
from pathlib import Path
from typing import Any

from tests.hostile.files.bench import CLASSES, FEATURES, Bench

_MIB = 1024 * 1024


def external_link(bench: Bench, at: Path) -> None:
    import h5py

    bench.h5(at, lambda file: _put(file, h5py.ExternalLink(str(bench.marks.secret_h5), "/kernel")))


def external_link_in_keras(bench: Bench, at: Path) -> None:
    import h5py

    bench.keras_weights(at, lambda file: _put(file, h5py.ExternalLink(str(bench.marks.secret_h5), "/kernel")))


def external_group(bench: Bench, at: Path) -> None:
    """All weights stand in another file."""
    import h5py

    def spoil(file: Any) -> None:
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink(str(bench.marks.secret_h5), "/")

    bench.h5(at, spoil)


def external_storage(bench: Bench, at: Path) -> None:
    """A data set whose bytes are those of the secret."""

    def spoil(file: Any) -> None:
        owner, name = _matrix(file)
        del owner[name]
        external = [(str(bench.marks.secret), 0, FEATURES * CLASSES * 4)]
        owner.create_dataset(name, shape=(FEATURES, CLASSES), dtype="float32", external=external)

    bench.h5(at, spoil)


def virtual_data_set(bench: Bench, at: Path) -> None:
    import h5py

    def spoil(file: Any) -> None:
        owner, name = _matrix(file)
        del owner[name]
        layout = h5py.VirtualLayout((FEATURES, CLASSES), dtype="float32")
        layout[0, :] = h5py.VirtualSource(str(bench.marks.secret_h5), "kernel", shape=(1, CLASSES))
        owner.create_virtual_dataset(name, layout)

    bench.h5(at, spoil)


def soft_link_knot(bench: Bench, at: Path) -> None:
    import h5py

    def spoil(file: Any) -> None:
        file["model_weights/first"] = h5py.SoftLink("/model_weights/second")
        file["model_weights/second"] = h5py.SoftLink("/model_weights/first")

    bench.h5(at, spoil)


def hard_link_knot(bench: Bench, at: Path) -> None:
    """A group that contains itself: a walk without a count never ends."""

    def spoil(file: Any) -> None:
        file["model_weights/self"] = file["model_weights"]

    bench.h5(at, spoil)


def deep_groups(bench: Bench, at: Path) -> None:
    def spoil(file: Any) -> None:
        group = file["model_weights"]
        for _ in range(2000):
            group = group.create_group("g")

    bench.h5(at, spoil)


def declares_95_gb(bench: Bench, at: Path) -> None:
    """A chunked data set of which no chunk was written: a few hundred bytes."""

    def spoil(file: Any) -> None:
        rows = 95 * 10**9 // 4096
        file.create_dataset("model_weights/giant", shape=(rows, 1024), dtype="float32", chunks=(1024, 1024))

    bench.h5(at, spoil)


def declares_95_gb_in_keras(bench: Bench, at: Path) -> None:
    def spoil(file: Any) -> None:
        owner, name = _matrix(file)
        del owner[name]
        owner.create_dataset(name, shape=(95 * 10**9 // 4096, 1024), dtype="float32", chunks=(1024, 1024))

    bench.keras_weights(at, spoil)


def squeezed_zeros(bench: Bench, at: Path) -> None:
    """512 MiB of zeros that were really written, deflated to 500 KB."""

    def spoil(file: Any) -> None:
        piece = 64 * _MIB
        data = file.create_dataset("model_weights/zeros", shape=(8 * piece,), dtype="int8", chunks=(piece,), compression="gzip")
        packed = zlib.compress(bytes(piece), 9)
        for start in range(0, 8 * piece, piece):
            data.id.write_direct_chunk((start,), packed)

    bench.h5(at, spoil)


def filter_of_a_plugin(bench: Bench, at: Path) -> None:
    """A filter that HDF5 would look for in a shared library."""
    import h5py

    def spoil(file: Any) -> None:
        owner, name = _matrix(file)
        del owner[name]
        plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plan.set_chunk((FEATURES, CLASSES))
        plan.set_filter(32_015, h5py.h5z.FLAG_OPTIONAL, (1,))
        space = h5py.h5s.create_simple((FEATURES, CLASSES))
        h5py.h5d.create(owner.id, name.encode(), h5py.h5t.IEEE_F32LE, space, plan)

    bench.h5(at, spoil)


def references(bench: Bench, at: Path) -> None:
    """Data that point at other data."""
    import h5py

    def spoil(file: Any) -> None:
        data = file.create_dataset("model_weights/pointers", (1,), dtype=h5py.ref_dtype)
        data[0] = file["model_weights"].ref

    bench.h5(at, spoil)


def texts_of_free_length(bench: Bench, at: Path) -> None:
    import h5py

    def spoil(file: Any) -> None:
        data = file.create_dataset("model_weights/texts", (100,), dtype=h5py.string_dtype())
        data[...] = ["long" * 10_000] * 100

    bench.h5(at, spoil)


def many_attributes(bench: Bench, at: Path) -> None:
    def spoil(file: Any) -> None:
        for number in range(2000):
            file["model_weights"].attrs[f"attribute{number}"] = number

    bench.h5(at, spoil)


def many_objects(bench: Bench, at: Path) -> None:
    def spoil(file: Any) -> None:
        for number in range(30_000):
            file["model_weights"][f"again{number}"] = file["model_weights/top_level_model_weights"]

    bench.h5(at, spoil)


def cut_short(bench: Bench, at: Path) -> None:
    content = bench.h5_file.read_bytes()
    at.write_bytes(content[: len(content) // 2])


def flipped_bits(bench: Bench, at: Path) -> None:
    """One bit in every 97 bytes behind the signature."""
    content = bytearray(bench.h5_file.read_bytes())
    for place in range(8, len(content), 97):
        content[place] ^= 1 << (place % 8)
    at.write_bytes(content)


def _matrix(file: Any) -> tuple[Any, str]:
    """The group and the name of the one weight of the honest model."""
    found: list[str] = []
    file.visititems(lambda name, item: found.append(name) if getattr(item, "shape", None) == (FEATURES, CLASSES) else None)
    return file[found[0]].parent, found[0].rpartition("/")[2]


def _put(file: Any, link: Any) -> None:
    """Put `link` in place of the one weight."""
    owner, name = _matrix(file)
    del owner[name]
    owner[name] = link
