"""The parts of a Word file: XML, parsed without entities and without the network, and what refers to what."""

import posixpath
import zipfile
from collections.abc import Callable
from typing import Any

from evaltrack.documents import archives
from evaltrack.documents.errors import UnreadableFileError

Element = Any  # lxml's, which is not typed

MAIN_PART = "word/document.xml"
_REL = "{http://schemas.openxmlformats.org/package/2006/relationships}"


class Parts:
    """Of an archive that was checked. Raises :class:`UnreadableFileError` where the main part is damaged."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.names = {name.casefold(): name for name in archive.namelist()}
        self.main = self._main_part()
        self.relations = self._relations(self.main)

    def part(self, name: str) -> Element | None:
        """The root of a part; None where there is none."""
        from lxml import etree

        name = self.names.get(name.casefold(), "")
        data = archives.read_part(self.archive, name) if name else b""
        if not data.strip():
            return None
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError as error:
            raise UnreadableFileError(archives.damaged()) from error

    def of_kind(self, kind: str) -> list[str]:
        """The names of the parts that the main part refers to as ``kind``: styles, header ..."""
        folder = posixpath.dirname(self.main)
        return [
            posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            for ending, target, external in self.relations.values()
            if ending == kind and not external
        ]

    def first(self, kind: str) -> Element | None:
        """The part of that kind; one that is damaged is as good as none, the words are elsewhere."""
        for name in self.of_kind(kind):
            try:
                return self.part(name)
            except UnreadableFileError:
                return None
        return None

    def links(self, name: str) -> Callable[[str], str]:
        """Gives the address that a relation of that part names; "" for any other relation."""
        relations = self.relations if name == self.main else self._relations(name)

        def link(relation: str) -> str:
            kind, target, external = relations.get(relation, ("", "", False))
            return target if kind == "hyperlink" and external else ""

        return link

    def _main_part(self) -> str:
        root = self.part("_rels/.rels")
        for relation in root.iter(f"{_REL}Relationship") if root is not None else ():
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return (relation.get("Target") or MAIN_PART).lstrip("/")
        return MAIN_PART

    def _relations(self, name: str) -> dict[str, tuple[str, str, bool]]:
        folder, _slash, base = name.rpartition("/")
        root = self.part(f"{folder}/_rels/{base}.rels")
        found = root.iter(f"{_REL}Relationship") if root is not None else ()
        return {
            one.get("Id") or "": (
                (one.get("Type") or "").rpartition("/")[2],
                one.get("Target") or "",
                one.get("TargetMode") == "External",
            )
            for one in found
        }
