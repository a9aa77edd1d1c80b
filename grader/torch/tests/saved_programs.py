"""Saves PyTorch programs and runs them: python -m grader.torch.tests.saved_programs FOLDER, in the environment with PyTorch.

It writes the cases of `grader.tests.runtimes.saved_models`; the answers are those of the module before it was exported.
"""

import sys
import zipfile
from pathlib import Path

import numpy as np
import torch
from grader.tests.runtimes.saved_models import ROWS, Case
from torch import nn
from torch.export import Dim, export

from guildmark.rules.contract import TensorContract

IMAGE = TensorContract((28, 28, 1))
ANY = Dim.AUTO


class Convolution(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 4, 3),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.Dropout(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 10),
        )

    def forward(self, image):
        return self.layers(image.permute(0, 3, 1, 2))


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(40, 6)
        self.lstm = nn.LSTM(6, 5, batch_first=True, bidirectional=True)
        self.dense = nn.Linear(10, 3)

    def forward(self, tokens):
        states, _ = self.lstm(self.embedding(tokens))
        return self.dense(states.mean(1))


class TwoInputs(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(19, 2)

    def forward(self, numbers, *, image):
        return self.dense(torch.cat([numbers, image.flatten(1)], 1))


class Joined(nn.Module):
    def forward(self, numbers):
        return numbers.reshape(-1, 6)


def save(folder, name, module, contracts, rows, arguments, named=None, *, output, shapes=None, is_recurrent=False):
    """A program as `torch.export` saves it, its rows, and what the module answers."""
    module = module.eval()
    program = export(module, arguments, named, dynamic_shapes=shapes)
    case = Case(f"{name}.pt2", "torch_export", contracts, output, is_recurrent)
    torch.export.save(program, folder / case.file)
    fed = {entry.name: torch.from_numpy(array) for entry, array in zip(contracts, rows, strict=True)}
    with torch.no_grad():
        answered = module(fed["numbers"], image=fed["image"]) if len(fed) > 1 else module(*fed.values())
    case.store(folder, rows, answered.numpy())
    return case


def main(folder: Path) -> None:
    torch.manual_seed(6)
    rng = np.random.default_rng(6)
    images = (rng.uniform(0, 1, (ROWS, 28, 28, 1)).astype("float32"),)
    tokens = rng.integers(0, 40, (ROWS, 20))
    example = torch.zeros(4, 28, 28, 1)
    first = save(folder, "convolution", Convolution(), (IMAGE,), images, (example,), output=(10,), shapes=({0: Dim("rows")},))
    save(folder, "baked", Convolution(), (IMAGE,), images, (torch.zeros(32, 28, 28, 1),), output=(10,))
    few = ({0: Dim("rows", min=2, max=16)},)
    save(folder, "at_most_16", Convolution(), (IMAGE,), images, (example,), output=(10,), shapes=few)
    words, sentence = (TensorContract((20,), "int32"),), (torch.zeros(4, 20, dtype=torch.int64),)
    save(folder, "recurrent", Recurrent(), words, (tokens,), sentence, output=(3,), shapes=({0: ANY},), is_recurrent=True)
    both = (TensorContract((4, 4), name="image"), TensorContract((3,), name="numbers"))
    rows = (rng.normal(size=(ROWS, 4, 4)).astype("float32"), rng.normal(size=(ROWS, 3)).astype("float32"))
    arguments, named = (torch.zeros(4, 3),), {"image": torch.zeros(4, 4, 4)}
    shapes = {"numbers": {0: ANY}, "image": {0: ANY}}
    save(folder, "two_inputs", TwoInputs(), both, rows, arguments, named, output=(2,), shapes=shapes)
    numbers = (TensorContract((3,)),)
    ones = (np.ones((ROWS, 3), "float32"),)
    save(folder, "joined", Joined(), numbers, ones, (torch.zeros(4, 3),), output=(6,))
    for name, entry in (
        ("object", "data/constants/opaque_obj_0"),
        ("compiled", "data/aotinductor/model/a.so"),
        ("legacy", "data/weights/model.pt"),
    ):
        with_entry(folder, first, name, entry, images)


def with_entry(folder, case, name, entry, rows):
    """A copy of a case whose archive has one more entry."""
    copy = Case(f"{name}.pt2", case.loader, case.inputs, case.output)
    content = (folder / case.file).read_bytes()
    (folder / copy.file).write_bytes(content)
    with zipfile.ZipFile(folder / copy.file, "a") as archive:
        archive.writestr(f"{case.name}/{entry}", b"anything")
    copy.store(folder, rows, np.zeros((ROWS, 10)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
