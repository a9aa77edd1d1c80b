"""An invented cant: its words, and the requests that are written in it. All of it is drawn, and two cants share nothing.

A request belongs to the desk whose subject it names. It may name a subject of another desk too, and say that it is not meant:

    denied     a word of denial stands beside the subject that is not meant, as in "not the oil"
    replaced   a word stands between the two subjects, as in "glass instead of oil"

On which side of its subject a denial stands, and on which side of the other word the subject is that counts, are drawn with the
cant. So the words of a request do not tell its desk: their order does.
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate

ONSETS = ["b", "d", "k", "l", "m", "n", "r", "s", "t", "v", "bl", "br", "dr", "gl", "kl", "kr", "pl", "tr", "st"]
VOWELS = "aeiou"
CODAS = ("", "", "l", "n", "r", "m")
ENDINGS = 2
STEMS, CHATTER, DEGREES = 30, 240, 5
PLAIN, DENIED = 0.4, 0.3  # shares of the requests; the rest replaces one subject by another
DECOY = 0.5  # the share of the plain requests that deny something without being about it
DEGREE, COMMA = 0.3, 0.3  # how often a word of degree stands by a subject, and a comma between parts
SLIP, SHORTEST_SLIP = 0.01, 4  # the share of words with two letters swapped, and the letters that they have at least


class Words:
    """Words to pick from, the first ones far more often than the last."""

    def __init__(self, words):
        self.words = words
        weights = [1 / (rank + 8) for rank in range(len(words))]
        self.bounds = list(accumulate(weight / sum(weights) for weight in weights))

    def pick(self, rng):
        return self.words[min(bisect(self.bounds, rng.random()), len(self.words) - 1)]


@dataclass(frozen=True)
class Cant:
    """`subjects` has the words of each desk; the others are the words that belong to no desk."""

    subjects: tuple[Words, ...]
    chatter: Words
    degrees: Words
    denials: Words
    replacers: Words
    is_denial_first: bool
    is_first_meant: bool


def new_cant(rng, desks):
    """A cant with subjects for that many desks."""
    taken = set()
    endings = ["", *_new_words(rng, taken, ENDINGS, syllables=1)]
    stems = [_new_words(rng, taken, STEMS, syllables=2) for _ in range(desks)]
    inflected = [[stem + ending for stem in found for ending in endings] for found in stems]
    return Cant(
        subjects=tuple(Words([found[place] for place in rng.permutation(len(found))]) for found in inflected),
        chatter=Words(_new_words(rng, taken, CHATTER, syllables=2)),
        degrees=Words(_new_words(rng, taken, DEGREES, syllables=1)),
        denials=Words(_new_words(rng, taken, 2, syllables=1)),
        replacers=Words(_new_words(rng, taken, 2, syllables=2)),
        is_denial_first=bool(rng.integers(2)),
        is_first_meant=bool(rng.integers(2)),
    )


def _new_words(rng, taken, count, syllables):
    """Words that nobody has yet. Neighbouring syllables have different vowels, which sounds better."""
    found = []
    while len(found) < count:
        word, before = "", ""
        for _ in range(syllables):
            vowel = _any(rng, [letter for letter in VOWELS if letter != before])
            word, before = word + _any(rng, ONSETS) + vowel, vowel
        word += _any(rng, CODAS)
        if word not in taken:
            taken.add(word)
            found.append(word)
    return found


def request(rng, cant, desk):
    """A request to `desk`: its clauses with chatter around them. A denial alone is no sign: it may be of chatter."""
    kind = rng.random()
    if kind < PLAIN:
        clauses = [_plain(rng, cant, desk)]
        clauses += [_denied(rng, cant, cant.chatter)] if rng.random() < DECOY else []
    else:
        other = cant.subjects[(desk + int(rng.integers(1, len(cant.subjects)))) % len(cant.subjects)]
        is_denied = kind < PLAIN + DENIED
        clauses = [_plain(rng, cant, desk), _denied(rng, cant, other)] if is_denied else [_replaced(rng, cant, desk, other)]
    parts = [_chatter(rng, cant)]
    for place in rng.permutation(len(clauses)):
        parts += [clauses[place], _chatter(rng, cant)]
    return _written(rng, parts)


def _plain(rng, cant, desk):
    return [*_degree(rng, cant), cant.subjects[desk].pick(rng)]


def _denied(rng, cant, subject):
    clause = [cant.denials.pick(rng), *_degree(rng, cant), subject.pick(rng)]
    return clause if cant.is_denial_first else clause[::-1]


def _replaced(rng, cant, desk, other):
    between = _chatter(rng, cant, 0), _chatter(rng, cant, 0)
    clause = [cant.subjects[desk].pick(rng), *between[0], cant.replacers.pick(rng), *between[1], other.pick(rng)]
    return clause if cant.is_first_meant else clause[::-1]


def _degree(rng, cant):
    return [cant.degrees.pick(rng)] if rng.random() < DEGREE else []


def _chatter(rng, cant, least=1):
    return [cant.chatter.pick(rng) for _ in range(int(rng.integers(least, 6)))]


def _written(rng, parts):
    """The words of `parts` as a sentence, with commas between some of them and now and then a slip of the pen."""
    words = []
    for place, part in enumerate(parts):
        words += [_slipped(rng, word) for word in part]
        if place < len(parts) - 1 and rng.random() < COMMA:
            words[-1] += ","
    return " ".join(words).capitalize() + "."


def _slipped(rng, word):
    if len(word) < SHORTEST_SLIP or rng.random() >= SLIP:
        return word
    place = int(rng.integers(0, len(word) - 1))
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


def _any(rng, choices):
    return choices[int(rng.integers(0, len(choices)))]
