"""Charts as SVG pictures, drawn by pygal. Each stands beside its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from bot.desk.filters import number

SCRIPTS = ("script", "{http://www.w3.org/2000/svg}script")
STYLE = {
    "background": "#ffffff",
    "plot_background": "#ffffff",
    "foreground": "#1b2321",
    "foreground_strong": "#1b2321",
    "foreground_subtle": "#55605d",
    "colors": ("#0f5b57", "#d98e04", "#a4262c", "#5b7f95", "#c9d1ce"),
    "font_family": "system-ui, sans-serif",
    "label_font_size": 13,
    "legend_font_size": 13,
}


def bars(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> bytes:
    """Horizontal bars, one row for each label."""
    import pygal  # only when somebody looks at figures: it takes a while to load

    chart = pygal.HorizontalBar(
        style=pygal.style.Style(**STYLE),
        js=(),
        title=title,
        height=140 + 30 * max(len(labels), 1) * max(len(series), 1),
        width=900,
        legend_at_bottom=True,
        no_data_text="Chưa có số liệu",
        value_formatter=_whole,
        print_values=True,
        explicit_size=True,
    )
    chart.add_xml_filter(_without_scripts)
    chart.x_labels = list(reversed(labels))
    for name, values in series.items():
        chart.add(name, list(reversed(values)))
    return bytes(chart.render())


def stacks(title: str, labels: Sequence[str], series: Mapping[str, Sequence[int | None]]) -> bytes:
    """One column for each label, made of the series on top of each other; None is left out."""
    import pygal

    chart = pygal.StackedBar(
        style=pygal.style.Style(**STYLE),
        js=(),
        title=title,
        height=420,
        width=900,
        legend_at_bottom=True,
        no_data_text="Chưa có số liệu",
        value_formatter=_whole,
        x_label_rotation=45,
        explicit_size=True,
    )
    chart.add_xml_filter(_without_scripts)
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    return bytes(chart.render())


def _whole(value: float) -> str:
    return number(round(value))


def picture(drawn: bytes) -> web.Response:
    """The answer that shows it. A picture brings its own colours: style within it is all that it may
    do."""
    response = web.Response(body=drawn, content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def _without_scripts(root: Any) -> Any:
    """The picture stands alone: what would make it move is of no use in a page without scripts."""
    for parent in root.iter():
        for child in [one for one in parent if one.tag in SCRIPTS]:
            parent.remove(child)
    return root
