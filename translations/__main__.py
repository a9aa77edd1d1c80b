"""`make translations`: every catalogue as the sources have it now, and compiled. Says what is still to be translated."""

import sys

from translations.catalogues import ROOT, as_mo, as_po, catalogues, problems, template_of, updated


def main() -> int:
    """Write all catalogues; 1 while something is to be done by hand."""
    open_ones = 0
    for catalogue in catalogues():
        catalogue.po.parent.mkdir(parents=True, exist_ok=True)
        catalog = updated(catalogue, template_of(catalogue.source))
        catalogue.po.write_bytes(as_po(catalog))
        catalogue.mo.write_bytes(as_mo(catalog))
        found = list(problems(catalogue))
        open_ones += len(found)
        print(f"{catalogue.po.relative_to(ROOT)}: {len(catalog)} sentences, {len(found)} to be mended")
        for problem in found[:5]:
            print(f"  {problem}")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
