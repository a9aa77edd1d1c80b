"""The images of Fashion-MNIST for the forms that use them, split evenly and with the classes numbered anew."""

import numpy as np

CLASSES = ("t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot")


def drawn_clothes(rng, path, *, kept_back, given):
    """Two parts without a common image, each of (images, labels), and the names of the classes in the order of their numbers.

    `kept_back` and `given` are the images per class: every part holds as many of each, so that no variant has more of the
    shirts, which are the hardest, than another.
    """
    images, labels = distinct(path)
    new_number = rng.permutation(len(CLASSES))
    parts = [], []
    for number in range(len(CLASSES)):
        drawn = rng.permutation(np.flatnonzero(labels == number))
        parts[0].extend(drawn[:kept_back])
        parts[1].extend(drawn[kept_back : kept_back + given])
    shuffled = [rng.permutation(part) for part in parts]
    names = [CLASSES[old] for old in np.argsort(new_number)]
    return *((images[part], new_number[labels[part]]) for part in shuffled), names


def distinct(path):
    """The images of the file, whole numbers from 0 to 255, and their classes. Of images that are the same, the first alone."""
    with np.load(path) as archive:
        images, labels = archive["x"], archive["y"].astype(np.int64)
    _, first = np.unique(images.reshape(len(images), -1), axis=0, return_index=True)
    return images[np.sort(first)], labels[np.sort(first)]
