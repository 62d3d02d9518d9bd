"""The parts of a Word file, packed: the same parts give the same bytes, whenever and wherever."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
NAMESPACES = (
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    f' xmlns:r="{OFFICE}/relationships"'
)
_PROPERTY_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # the one that holds properties of anyone's own
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Each part with the kind of its content and of its relation, from whichever part refers to it.
_KINDS = {
    "word/document.xml": (f"{WORD}.document.main+xml", f"{OFFICE}/relationships/officeDocument"),
    "word/styles.xml": (f"{WORD}.styles+xml", f"{OFFICE}/relationships/styles"),
    "word/numbering.xml": (f"{WORD}.numbering+xml", f"{OFFICE}/relationships/numbering"),
    "word/settings.xml": (f"{WORD}.settings+xml", f"{OFFICE}/relationships/settings"),
    "word/footnotes.xml": (f"{WORD}.footnotes+xml", f"{OFFICE}/relationships/footnotes"),
    "word/header1.xml": (f"{WORD}.header+xml", f"{OFFICE}/relationships/header"),
    "word/footer1.xml": (f"{WORD}.footer+xml", f"{OFFICE}/relationships/footer"),
    "docProps/core.xml": (
        "application/vnd.openxmlformats-package.core-properties+xml",
        f"{PACKAGE}/relationships/metadata/core-properties",
    ),
    "docProps/app.xml": (
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        f"{OFFICE}/relationships/extended-properties",
    ),
    "docProps/custom.xml": (
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        f"{OFFICE}/relationships/custom-properties",
    ),
}


@dataclass(frozen=True, slots=True)
class Properties:
    """What a file says of itself; ``custom`` are properties of our own, which editors keep."""

    title: str
    language: str  # BCP 47
    created: datetime | None = None
    custom: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Links:
    """The addresses that one part links to, and the names it calls them by."""

    ids: dict[str, str] = field(default_factory=dict)

    def id_of(self, address: str) -> str:
        return self.ids.setdefault(address, f"link{len(self.ids) + 1}")


def escape(text: str) -> str:
    """The text for within XML, without what XML cannot hold."""
    text = _NOT_XML.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def tag(name: str, /, *children: str, **attributes: str | int | None) -> str:
    """``<w:name w:attribute="..">`` around the children, which are XML; attributes of None are left out."""
    given = "".join(
        f' w:{key}="{escape(str(value))}"' for key, value in attributes.items() if value is not None
    )
    inside = "".join(children)
    return f"<w:{name}{given}>{inside}</w:{name}>" if inside else f"<w:{name}{given}/>"


def part(root: str, *children: str) -> str:
    """A whole part of Word's, under its root element."""
    return f"{XML}<w:{root}{NAMESPACES}>{''.join(children)}</w:{root}>"


def pack(parts: Mapping[str, str], properties: Properties, links: Mapping[str, Links]) -> bytes:
    """The file. ``parts`` are XML by name, ``word/document.xml`` first; ``links`` those of each part."""
    everything = {
        **parts,
        "docProps/core.xml": _core(properties),
        "docProps/app.xml": _app(),
        "docProps/custom.xml": _custom(properties.custom),
    }
    beside = [name for name in parts if name != "word/document.xml"]
    relations = {
        "_rels/.rels": _relations(
            {name: name for name in everything if name not in beside}, Links(), below=""
        ),
        "word/_rels/document.xml.rels": _relations(
            {name: relation_id(name) for name in beside}, links.get("word/document.xml", Links()), "word/"
        ),
    }
    for name, found in links.items():
        if name != "word/document.xml" and found.ids:
            relations[f"word/_rels/{name.removeprefix('word/')}.rels"] = _relations({}, found, "word/")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, xml in {"[Content_Types].xml": _types(everything), **relations, **everything}.items():
            entry = zipfile.ZipInfo(name, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # whatever machine it is packed on
            archive.writestr(entry, xml.encode())
    return packed.getvalue()


def relation_id(name: str) -> str:
    """What the document calls a part beside it."""
    return name.removeprefix("word/").removesuffix(".xml")


def _types(parts: Mapping[str, str]) -> str:
    kinds = "".join(f'<Override PartName="/{name}" ContentType="{_KINDS[name][0]}"/>' for name in parts)
    return (
        f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{kinds}</Types>'
    )


def _relations(parts: Mapping[str, str], links: Links, below: str) -> str:
    """Relations to parts (by name, with their ids) and to addresses, the only ones that lead outside."""
    inside = "".join(
        f'<Relationship Id="{re.sub(r"[^a-z0-9]", "", relation.lower())}" Type="{_KINDS[name][1]}"'
        f' Target="{name.removeprefix(below)}"/>'
        for name, relation in parts.items()
    )
    outside = "".join(
        f'<Relationship Id="{relation}" Type="{OFFICE}/relationships/hyperlink" Target="{escape(address)}"'
        ' TargetMode="External"/>'
        for address, relation in links.ids.items()
    )
    return f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{inside}{outside}</Relationships>'


def _core(properties: Properties) -> str:
    moments = ""
    if properties.created:
        moment = properties.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        moments = "".join(
            f'<dcterms:{name} xsi:type="dcterms:W3CDTF">{moment}</dcterms:{name}>'
            for name in ("created", "modified")
        )
    return (
        f'{XML}<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(properties.title)}</dc:title>"
        f"<dc:language>{escape(properties.language)}</dc:language>{moments}</cp:coreProperties>"
    )


def _app() -> str:
    kind = f"{OFFICE}/extended-properties"
    return f'{XML}<Properties xmlns="{kind}"><Application>EvalTrack</Application></Properties>'


def _custom(properties: Mapping[str, str]) -> str:
    entries = "".join(
        f'<property fmtid="{_PROPERTY_SET}" pid="{number}" name="{escape(name)}">'
        f"<vt:lpwstr>{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(properties.items(), 2)
    )
    return (
        f'{XML}<Properties xmlns="{OFFICE}/custom-properties" xmlns:vt="{OFFICE}/docPropsVTypes">'
        f"{entries}</Properties>"
    )
