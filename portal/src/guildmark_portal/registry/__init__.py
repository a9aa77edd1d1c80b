"""The register as files: a site that any web server can host after the program ends, without a program behind it.

`export.write` makes the whole of it: pages in every language (`pages`), the holders who agreed to be found (`people`), keys
and status lists that hold for years (`lists`), and puts it in its place in one step (`placing`). Of those who did not agree
nothing stands in it but bits on status lists, at places that name nobody.
"""
