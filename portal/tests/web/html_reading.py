"""Reading pages as a browser and an inspector would: text, and what must not be there."""

from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """A parsed page: `problems` holds every fault, `ids` and `texts` what it says."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.text_of: dict[str, str] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(content)
        self.close()
        self.problems += [f"<{tag}> is never closed" for tag, _id in self._open]
        self.problems += [f"the id {name} stands twice" for name in set(self.ids) if self.ids.count(name) > 1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))
        if tag not in VOID:
            self._open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop()[0] != tag:
            self.problems.append(f"</{tag}> closes something else")

    def handle_data(self, data: str) -> None:
        self.text += data
        for _tag, identifier in self._open:
            if identifier is not None:
                self.text_of[identifier] = self.text_of.get(identifier, "") + data
        if self._open and self._open[-1][0] in {"script", "style"} and data.strip():
            self.problems.append(f"inline <{self._open[-1][0]}>")

    def _note(self, tag: str, attributes: dict[str, str | None]) -> None:
        self.tags.append((tag, attributes))
        if attributes.get("id"):
            self.ids.append(str(attributes["id"]))
        if tag == "style":
            self.problems.append("a <style> element")
        for name, value in attributes.items():
            if name == "style" or name.startswith("on") or str(value).strip().lower().startswith("javascript:"):
                self.problems.append(f"inline {name} on <{tag}>")
        if tag == "img" and "alt" not in attributes:
            self.problems.append("<img> without alt")

    @property
    def labels_missing(self) -> list[str]:
        """Fields of forms that no label names."""
        named = {attributes.get("for") for tag, attributes in self.tags if tag == "label"}
        fields = (attributes for tag, attributes in self.tags if tag in {"input", "select", "textarea"})
        return [
            str(field.get("name"))
            for field in fields
            if field.get("type") not in {"hidden", "submit"} and field.get("id") not in named and "aria-label" not in field
        ]
