"""Exam packs: the folder that an author writes, and the bank of variants that is built from it.

A pack (read by `reader`):

    exam.toml                       ExamSpec: title, clock, pass rule, categories with their weights
    requirements.txt                what the starters import, pinned
    SOURCES.md                      where the data come from, and their licences
    data/                           the sources; a build.py reads those that its task names
    lib/                            modules that several build.py import
    public/                         files that candidates get in every category, such as checkpoints.py
    calibration/                    a record and a plot a form, written by `pack calibrate`
    category1/house-prices/         one task form; a category may have several
        task.toml                   TaskSpec: contract, metric, bands, hints
        instructions.en.md          what the candidate reads, one file a language
        starter.py                  what the candidate fills in
        build.py                    makes public and hidden data from a derived seed
        reference/                  solutions and models, with the verdict that each must get (reference.toml)

A bank (`bank.json` is a BankManifest; the archives are addressed by digest):

    bank.json
    public/SHA256.zip               what a candidate gets for one form and variant: instructions, starter, data
    hidden/SHA256.zip               inputs.npy (inputs.NAME.npy for each of several) and targets.npy; only the grading
                                    side ever holds these

The encrypted bundle of an attempt (`bundle`) is made from the public archives of the five variants that it drew.
"""
