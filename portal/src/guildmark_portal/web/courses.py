"""`/courses/`: a way to prepare, in four parts of four weeks, each week with the skills of the checklist that it leads to."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

Words = str | Promise


@dataclass(frozen=True)
class Week:
    """A week: its subject, what one makes in it, and the skills that this trains."""

    subject: Words
    work: Words
    skills: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of the path."""

    title: Words
    weeks: tuple[Week, Week, Week, Week]


@dataclass(frozen=True)
class Reading:
    """Something to read further in."""

    title: Words
    about: Words
    address: str = ""


PARTS: Final = (
    Part(
        _("Introduction to TensorFlow"),
        (
            Week(
                _("A first network"),
                _("Install TensorFlow, fit a line to points, and read the error messages that you meet."),
                ("A1", "A2", "A3", "B1", "B2"),
            ),
            Week(
                _("Regression on tables"),
                _("Scale columns inside the model, hold rows back, and judge by them."),
                ("B3", "B4", "B5", "B18", "E4"),
            ),
            Week(
                _("Classification"),
                _("Two classes, then several; choose the last layer and the loss that belong together."),
                ("B6", "B7", "B12", "B14"),
            ),
            Week(
                _("Training with control"),
                _("Plot the course of training, stop it from a callback, save the best model, and load it elsewhere."),
                ("B8", "B9", "B16", "A5", "A6", "A7"),
            ),
        ),
    ),
    Part(
        _("Convolutional networks"),
        (
            Week(
                _("Convolution and pooling"),
                _("Build a small network for grey images, and say what each layer does to the shape."),
                ("C1", "C3", "B13"),
            ),
            Week(
                _("Images from folders"),
                _("Load colour images of different sizes in batches, with labels from the names of their folders."),
                ("C2", "C4", "C6", "C7", "B15"),
            ),
            Week(
                _("Few images"),
                _("Turn, crop and shift the images while training; compare with and without."),
                ("C5", "B9", "B17"),
            ),
            Week(
                _("Pretrained networks"),
                _("Take features from a network that others trained, then tune its last layers; find objects in an image."),
                ("B10", "B11", "C8"),
            ),
        ),
    ),
    Part(
        _("Natural language processing"),
        (
            Week(
                _("From text to numbers"),
                _("Split, index and pad sentences, inside the model where it is possible."),
                ("D2", "B19", "A4"),
            ),
            Week(
                _("Embeddings"),
                _("Classify short texts in two and in several categories with learned word vectors."),
                ("D3", "D4", "D5"),
            ),
            Week(
                _("Order in text"),
                _("Compare LSTM, GRU and convolutions on one task, at equal size."),
                ("D1", "D6", "D7", "D8"),
            ),
            Week(
                _("Text that is written"),
                _("Train on existing text, and let the model go on with a line."),
                ("D9",),
            ),
        ),
    ),
    Part(
        _("Sequences, time series and prediction"),
        (
            Week(
                _("Series and windows"),
                _("Make features and labels from a series; centred and trailing windows; a naive forecast to beat."),
                ("E3", "E6", "E8", "E9"),
            ),
            Week(
                _("Forecasts with dense networks"),
                _("Find a learning rate while training, and judge by the mean absolute error."),
                ("E1", "E4", "E7", "E10"),
            ),
            Week(
                _("Recurrent and convolutional forecasts"),
                _("The same series again, with memory and with convolutions in front."),
                ("E5", "E1"),
            ),
            Week(
                _("Many variables, several outputs"),
                _("Predict several values at several steps ahead, from a series of many columns."),
                ("E2", "E5", "E7"),
            ),
        ),
    ),
)

PREREQUISITES: Final = (
    _("Python: functions, classes, lists and dictionaries, reading an error message."),
    _("A little NumPy: arrays, their shapes, and what happens when shapes do not fit."),
    _("Mathematics of school: functions, slopes, vectors and tables of numbers. Nothing has to be proved."),
)

READING: Final = (
    Reading(
        _("TensorFlow guides and tutorials"), _("the official ones cover all that an exam asks"), "https://www.tensorflow.org/"
    ),
    Reading(_("Keras developer guides and code examples"), _("short, complete programs"), "https://keras.io/"),
    Reading(_("Dive into Deep Learning, by Zhang, Lipton, Li and Smola"), _("free, with the mathematics"), "https://d2l.ai/"),
    Reading(_("Deep Learning with Python, by François Chollet"), _("a book that explains why")),
    Reading(_("Hands-On Machine Learning, by Aurélien Géron"), _("a book with many exercises")),
)


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    return render(request, "guildmark/courses.html", {"parts": PARTS, "prerequisites": PREREQUISITES, "reading": READING})
