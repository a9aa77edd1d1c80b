"""The skills checklist: an area A to E, and a number within it. Titles say what a candidate can do; `_` translates them.

C8 is outside the numbered list of the checklist's source, which names object detection in its introduction only.
"""

from collections.abc import Mapping
from typing import Final

from guildmark.i18n import mark

AREAS: Final[Mapping[str, str]] = {
    "A": mark("Developer skills"),
    "B": mark("Building and training neural networks"),
    "C": mark("Image classification"),
    "D": mark("Natural language processing"),
    "E": mark("Time series, sequences and predictions"),
}

TITLES: Final[Mapping[str, str]] = {
    "A1": mark("Program in Python, resolve problems, and run programs in an IDE"),
    "A2": mark("Find what the guides and the API reference of TensorFlow say"),
    "A3": mark("Investigate and mend error messages of TensorFlow"),
    "A4": mark("Search further where the official pages do not answer"),
    "A5": mark("Make a model whose size is reasonable for the problem"),
    "A6": mark("Save a model and check the size of its file"),
    "A7": mark("Know how versions of TensorFlow differ, and which go together"),
    "B1": mark("Use TensorFlow 2"),
    "B2": mark("Build, compile and train a model"),
    "B3": mark("Preprocess data for a model"),
    "B4": mark("Predict with a model"),
    "B5": mark("Build sequential models with various layers"),
    "B6": mark("Train a model for binary classification"),
    "B7": mark("Train a model for classification in several classes"),
    "B8": mark("Plot loss and accuracy of a trained model"),
    "B9": mark("Name and use strategies against overfitting, augmentation and dropout among them"),
    "B10": mark("Use a pretrained model: transfer learning"),
    "B11": mark("Extract features from a pretrained model"),
    "B12": mark("Make sure that inputs have the right shape"),
    "B13": mark("Match test data to the input shape of a network"),
    "B14": mark("Match the output of a network to the shape that is asked for"),
    "B15": mark("Load data in batches, more than fits into memory included"),
    "B16": mark("End training from a callback"),
    "B17": mark("Use data sets from different sources"),
    "B18": mark("Use data sets in different formats, JSON and CSV among them"),
    "B19": mark("Use data sets of tf.data and TensorFlow Datasets"),
    "C1": mark("Define a convolutional network with Conv2D and pooling layers"),
    "C2": mark("Train models on images of the real world"),
    "C3": mark("Explain convolutions, and improve a network with them"),
    "C4": mark("Use images of different shapes and sizes"),
    "C5": mark("Prevent overfitting with image augmentation"),
    "C6": mark("Load images with ImageDataGenerator or image_dataset_from_directory"),
    "C7": mark("Know how folders become the labels of images"),
    "C8": mark("Detect several objects in one image"),
    "D1": mark("Build a system that processes natural language"),
    "D2": mark("Prepare text for a model"),
    "D3": mark("Classify text in two categories"),
    "D4": mark("Classify text in several categories"),
    "D5": mark("Use word embeddings"),
    "D6": mark("Classify text with an LSTM"),
    "D7": mark("Add recurrent and GRU layers to a model"),
    "D8": mark("Use RNN, LSTM, GRU and convolutions on text"),
    "D9": mark("Train an LSTM on text so that it writes new text"),
    "E1": mark("Train, tune and use models of series and sequences"),
    "E2": mark("Predict series with one variable and with several"),
    "E3": mark("Prepare series for learning"),
    "E4": mark("Understand the mean absolute error, and judge a model by it"),
    "E5": mark("Use recurrent and convolutional networks for forecasts"),
    "E6": mark("Know when a window is centred and when it trails"),
    "E7": mark("Forecast with TensorFlow"),
    "E8": mark("Prepare features and labels"),
    "E9": mark("Recognise the bias of sequences, and compensate for it"),
    "E10": mark("Adjust the learning rate while a model of series trains"),
}

SKILLS: Final = frozenset(TITLES)

SKILLS_IN_WORDS: Final = ", ".join(f"{area}1 to {area}{sum(skill.startswith(area) for skill in TITLES)}" for area in AREAS)
"""All of them, for people."""


def in_area(area: str) -> tuple[str, ...]:
    """The ids of an area's skills, in order."""
    return tuple(skill for skill in TITLES if skill.startswith(area))
