"""The catalogues of everything that a person reads, in every language of the product.

    code, templates, lists  --extraction-->  sentences  --update-->  locale/LANGUAGE/LC_MESSAGES/DOMAIN.po  --compile-->  .mo

A package has the catalogue of its own sentences. `make translations` brings all of them up to date: new sentences come in
empty, to be translated by hand; those that the code no longer says go. A test fails while one is empty or has other gaps than
the English one. Programs read the compiled files, which are kept beside the others so that no installation has to make them.
"""
