"""Posters as files: PDF to print, PNG to send on, a zip of many."""

from __future__ import annotations

import io
import re
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from PIL import Image

from bot.core.clock import VIETNAM
from bot.core.config import Settings
from bot.core.crypto import Vault
from bot.core.likeness import plain
from bot.faq.greetings import Greetings
from bot.outreach import links, posters
from bot.outreach.poster_page import SIZES, Sheet, pdf
from bot.store.campaigns.posters import Poster

FORMATS: Mapping[str, str] = MappingProxyType({"pdf": "application/pdf", "png": "image/png"})
DOTS = 1754  # across a picture: A3 at 150 dpi, A5 at 300
PREVIEW_DOTS = 900
ANY_KIND = "khac"  # what a poster of a kind says that is no longer in loi-chao.yaml

_drawing = threading.Lock()  # neither reportlab's fonts nor PDFium are made for several threads


class NoChannel(Exception):
    """There is no address that a poster could lead to."""


class NoWords(Exception):
    """The FAQ folder says nothing of what stands on posters."""


def sheet(poster: Poster, settings: Settings, greetings: Greetings, vault: Vault) -> Sheet:
    """What stands on *poster*. Raises `NoChannel` or `NoWords`."""
    payload = posters.payload(vault, poster.code)
    found = tuple(links.of(settings, payload))
    if not found:
        raise NoChannel
    kind = greetings.places.get(poster.kind) or greetings.places.get(ANY_KIND)
    audience = greetings.audiences.get(kind.audience) if kind else None
    if kind is None or audience is None:
        raise NoWords
    return Sheet(
        code=posters.shown(poster.code),
        name=settings.name,
        audience=audience.name,
        headline=kind.headline,
        lines=kind.lines,
        links=found,
        place=poster.place,
        check=links.check_page(settings),
        hotline=settings.contact.hotline,
        since=f"{poster.made_at.astimezone(VIETNAM):%d/%m/%Y}",
    )


def render(one: Sheet, size: str, kind: str, dots: int = DOTS) -> bytes:
    """One poster as a file of this *kind*; a picture is *dots* wide."""
    page = pages([one], size)
    return page if kind == "pdf" else _picture(page, dots)


def pages(sheets: Sequence[Sheet], size: str) -> bytes:
    """All of *sheets* as one PDF."""
    with _drawing:
        return pdf(sheets, size)


def _picture(page: bytes, dots: int) -> bytes:
    import pypdfium2  # takes a while to load, and not every process draws

    written = io.BytesIO()
    with _drawing:
        document = pypdfium2.PdfDocument(page)
        try:
            scale = dots / document[0].get_width()
            picture = document[0].render(scale=scale).to_pil()
        finally:
            document.close()
    # A few flat colours: a third of the bytes, and nothing to see of it.
    picture.quantize(64, method=Image.Quantize.FASTOCTREE).save(written, "PNG")
    return written.getvalue()


def name(poster: Poster, size: str, kind: str) -> str:
    """A file's name that every system takes: "PT-7K3M9-nha-tro-mau-A3.pdf"."""
    place = re.sub(r"[^a-z0-9]+", "-", plain(poster.place))[:40].strip("-")
    return f"{posters.shown(poster.code)}-{place}-{size}.{kind}"


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:  # PDF and PNG are packed
        for name_, data in files:
            archive.writestr(zipfile.ZipInfo(name_, (2026, 1, 1, 0, 0, 0)), data)
    return written.getvalue()


def all_files(
    found: Iterable[Poster],
    settings: Settings,
    greetings: Greetings,
    vault: Vault,
    size: str,
    kind: str,
) -> Iterator[tuple[str, bytes]]:
    """Name and content for each of *found*."""
    for poster in found:
        one = sheet(poster, settings, greetings, vault)
        yield name(poster, size, kind), render(one, size, kind)


__all__ = [
    "FORMATS",
    "SIZES",
    "NoChannel",
    "NoWords",
    "all_files",
    "name",
    "pages",
    "render",
    "sheet",
    "zipped",
]
