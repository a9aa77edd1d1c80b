"""Data of the form: invented minutes of a council, each with the matters that the chair of that session speaks for.

Whoever counts words fails, for a matter is named as well when the chair is against it or somebody else is for it. What counts
is who speaks (a name, sometimes a clause earlier), with which verb, and whether that name is the one in the chair, which
stands at the beginning. A variant draws the members, the matters and their order, and the numbers of the words.
"""

import json
import re

import numpy as np

LENGTH = 64
GIVEN, HIDDEN = 8000, 3000
MEMBERS, CHOSEN, PRESENT = 6, 8, 3  # members of the council, matters, and members who speak in one session
FEWEST, MOST, MOST_INTERRUPTIONS = 3, 5, 2  # statements in one session; with these its words fit LENGTH
CHAIR_SPEAKS, GOES_ON, HAS_ADJECTIVE, IS_INTERRUPTED, COMES_AGAIN = 0.6, 0.25, 0.4, 0.25, 0.3
IS_FOR, IS_AGAINST = 0.6, 0.25  # the rest denies a verb that is for it


def _listed(words):
    return tuple(words.split())


NAMES = _listed(
    "Adler Bascombe Corbin Dunmore Ellery Fenwick Garrick Hollis Ingram Jessop Kendrick Lowell "
    "Marlow Nesbit Orwin Paxton Quill Rigby Selwyn Tolland Umfrey Vickers Wetherby Yardley"
)
MATTERS = {
    "bridges": _listed("bridge causeway ford ferry pier viaduct span footbridge"),
    "fires": _listed("hoses firewatch chimneys ladders buckets brigade hydrants sirens"),
    "forest": _listed("woods timber foresters saplings charcoal sawmill oaks hunting"),
    "grain": _listed("granary barley harvest mill seed flour silo threshing"),
    "health": _listed("infirmary nurses apothecary hospice midwife quarantine surgeon bathhouse"),
    "markets": _listed("market stalls fair weights traders hawkers awnings auction"),
    "music": _listed("band choir organ concert bandstand trumpets chorus fiddlers"),
    "schools": _listed("schoolhouse teacher slates pupils primers benches lessons library"),
    "walls": _listed("rampart gate tower palisade sentries moat drawbridge battlements"),
    "water": _listed("well cistern aqueduct pump fountain sluice conduit reservoir"),
}
FOR = _listed("backs supports praises urges defends welcomes favours demands promotes commends")
AGAINST = _listed("opposes rejects condemns resists blocks dismisses deplores fears refuses mocks")
DENIED = _listed("back support praise urge defend welcome favour demand promote commend")
ADJECTIVES = _listed("new old northern southern costly modest proposed second larger smaller lower upper")
ASIDES = (
    "A dog barks outside",
    "A short silence follows",
    "Papers are passed round",
    "Rain drums on the roof",
    "Somebody coughs",
    "Tea is served",
    "The bell rings twice",
    "The clerk fetches candles",
    "The hall grows cold",
    "Two visitors leave",
)


def build(rng, sources, public, hidden):
    members = [NAMES[place] for place in rng.permutation(len(NAMES))[:MEMBERS]]
    matters = [sorted(MATTERS)[place] for place in rng.permutation(len(MATTERS))[:CHOSEN]]
    sessions = [_session(rng, members, matters) for _ in range(HIDDEN + GIVEN)]
    vocabulary = sorted({word for text, _ in sessions for word in _words(text)})
    vocabulary = [vocabulary[place] for place in rng.permutation(len(vocabulary))]
    (public / "classes.txt").write_text("\n".join(matters) + "\n", encoding="utf-8")
    (public / "vocabulary.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    lines = (json.dumps({"text": text, "matters": sorted(backed)}) for text, backed in sessions[HIDDEN:])
    (public / "minutes.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    numbers = {word: number for number, word in enumerate(vocabulary, start=1)}
    inputs = np.zeros((HIDDEN, LENGTH), np.int32)
    for row, (text, _) in enumerate(sessions[:HIDDEN]):
        words = _words(text)
        inputs[row, : len(words)] = [numbers[word] for word in words]
    np.save(hidden / "inputs.npy", inputs)
    targets = [[matter in backed for matter in matters] for _, backed in sessions[:HIDDEN]]
    np.save(hidden / "targets.npy", np.array(targets, np.uint8))


def _words(text):
    return re.findall(r"[a-z]+|\.", text.lower())


def _session(rng, members, matters):
    """The minutes of a session, and the matters that its chair speaks for."""
    present = [members[place] for place in rng.permutation(len(members))[:PRESENT]]
    chair, backed, said = present[0], set(), set()
    sentences, speaker = [f"Minutes taken with {chair} in the chair"], None
    interruptions = MOST_INTERRUPTIONS
    for matter in _agenda(rng, matters):
        goes_on = speaker is not None and (speaker, matter) not in said and rng.random() < GOES_ON
        if not goes_on:
            if interruptions and rng.random() < IS_INTERRUPTED:
                sentences.append(_any(rng, ASIDES))
                interruptions -= 1
            is_chair = rng.random() < CHAIR_SPEAKS and (chair, matter) not in said
            speaker = chair if is_chair else _any(rng, present[1:])
        said.add((speaker, matter))
        is_for, verb = _verb(rng)
        adjective = f"{_any(rng, ADJECTIVES)} " if rng.random() < HAS_ADJECTIVE else ""
        clause = f"{verb} the {adjective}{_any(rng, MATTERS[matter])}"
        if goes_on:
            sentences[-1] += f" {_any(rng, ('and', 'but'))} {clause}"
        else:
            sentences.append(f"{speaker} {clause}")
        if speaker == chair and is_for:
            backed.add(matter)
    return ". ".join(sentences) + ".", backed


def _agenda(rng, matters):
    """The matters of the statements: some come up twice, for the chair and others need not agree."""
    matters = [matters[place] for place in rng.permutation(len(matters))[: int(rng.integers(FEWEST, MOST + 1))]]
    again = [matter for matter in matters if rng.random() < COMES_AGAIN]
    agenda = [*matters, *again][:MOST]
    return [agenda[place] for place in rng.permutation(len(agenda))]


def _verb(rng):
    drawn = rng.random()
    if drawn < IS_FOR:
        return True, _any(rng, FOR)
    return False, _any(rng, AGAINST) if drawn < IS_FOR + IS_AGAINST else f"does not {_any(rng, DENIED)}"


def _any(rng, choices):
    return choices[int(rng.integers(len(choices)))]
