"""Any file that somebody sends, made into pages of plain pixels, or refused.

Nothing that a stranger sends is decoded in the portal's own process. A child with hard limits of memory, processor time and
output reads the bytes, decodes them, turns the picture upright, copies its *pixels* into a fresh image, and writes that as a
JPEG. So nothing of the file lives on but what can be seen: no metadata, no script, no second format hidden in it. A PDF is
rendered to images, with scripts and forms left out.

    kinds       what a file seems to be, by its first bytes
    limits      how much of everything there may be
    places      how many files are read at once, in all and of one person
    child       inside the child: the only module that decodes
    confinement what the child gives up before it reads a byte: files, network, other processes
    pages       outside: starts the child, holds it to its limits, and says in words what it refused
"""
