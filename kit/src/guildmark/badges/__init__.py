"""Certificates as Open Badges: written, signed and verified by what comes with this package alone, without the network.

Needs `guildmark[verify]` for what canonicalises (PyLD) and what reads PDFs (pyHanko).

    model         what a badge says, and the credential that says it (documents: the shapes of all that is signed)
    keys          the issuer's keys, and the `did:web` document that publishes them (multikey: public keys as text)
    proof         proofs inside the credential (`eddsa-rdfc-2022`)
    jwt           the same credential as a JWT
    status        lists of what is revoked, suspended or refreshed

    verification  whether a file is a certificate of the issuer's (verdict: what is told of it)
    bearing       whether a file among others is one to be judged at all

    contexts      the vocabularies, bundled
    shape         how strict documents are (moments, multibase: moments and bytes as text)
"""
