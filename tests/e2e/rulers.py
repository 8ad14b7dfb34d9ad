"""What pages are measured with: sizes, names for a screen reader, contrast."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

TARGET = 44  # px, the smallest side of what is tapped

# Every visible text and every outline of a control against what really lies behind it.
CONTRAST = """
() => {
  const parse = (color) => {
    const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
    return {rgb: [r, g, b], a};
  };
  const over = (top, below) => top.rgb.map((v, i) => v * top.a + below[i] * (1 - top.a));
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, two) => {
    const [high, low] = [light(one), light(two)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = (node) => {
    if (!node) return [255, 255, 255];
    const own = parse(getComputedStyle(node).backgroundColor);
    return own.a === 1 ? own.rgb : over(own, behind(node.parentElement));
  };
  const found = [];
  const look = (what, node, color, background, least) => {
    const value = ratio(over(parse(color), background), background);
    found.push({what, ratio: Math.round(value * 100) / 100, least, class: node.className});
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const node = walker.currentNode.parentElement;
    if (!text || !node.checkVisibility() || node.closest('.unseen, noscript')) continue;
    look(text, node, getComputedStyle(node).color, behind(node), 4.5);
  }
  const box = document.getElementById('question');
  look('placeholder', box, getComputedStyle(box, '::placeholder').color, behind(box), 4.5);
  for (const node of document.querySelectorAll('.choice, .shortcut, #question')) {
    const style = getComputedStyle(node);
    look('outline', node, style.borderTopColor, behind(node.parentElement), 3);
  }
  for (const node of document.querySelectorAll('button svg')) {
    look('icon', node.parentElement, getComputedStyle(node).color, behind(node), 3);
  }
  return found;
}
"""
# The same for text and for what is typed or tapped here.
OUTLINES = re.sub(
    r"  const box = document\.getElementById.*?  return found;",
    """  for (const node of document.querySelectorAll('main input:not([type=hidden]), main select, main button')) {
    const style = getComputedStyle(node);
    if (!node.checkVisibility() || style.borderTopStyle === 'none') continue;
    look('outline', node, style.borderTopColor, behind(node.parentElement), 3);
  }
  return found;""",
    CONTRAST,
    flags=re.DOTALL,
)


def sizes(controls: Locator) -> dict[str, float]:
    """The smaller side of each visible control."""
    boxes = {
        item.inner_text() or item.get_attribute("id"): item.bounding_box()
        for item in controls.all()
    }
    return {str(name): min(box["width"], box["height"]) for name, box in boxes.items() if box}


def names(page: Page) -> dict[str, list[str]]:
    """Accessible names by role, as the browser tells them to a screen reader."""
    session = page.context.new_cdp_session(page)
    found: dict[str, list[str]] = {}
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        if not node["ignored"]:
            name = node.get("name", {}).get("value", "")
            found.setdefault(node["role"]["value"], []).append(name.strip())
    return found


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"))
