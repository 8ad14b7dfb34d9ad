"""Text from outside in one form, before anything looks at it. Pure; imports nothing of ours.

What is read, masked, matched and stored is what `clean` gives, whatever channel it came by.
"""

from __future__ import annotations

import re
import unicodedata

# Characters of one message. Telegram takes no longer ones and Zalo none over 2,000, so on the web alone
# more can be sent, and nobody types it. Whoever sends this much is asked to say it shortly.
LONGEST = 4096
# Of what came in so much is looked at: letters in pieces (a letter, its hat, its tone) become fewer.
LOOKED_AT = 2 * LONGEST
# Combining marks on one letter. Vietnamese has two; to put thousands in order costs their square.
MOST_MARKS = 8

# Controls, format characters (zero width, direction), lone surrogates, private use.
HIDDEN = re.compile(
    r"[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff]"
)
BREAK = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
BLANK = re.compile("[^\\S \n]|\u2800")  # all but the ordinary ones: tab, NBSP, Braille's empty cell
# Full-width and "mathematical" letters and signs, and the digits of other scripts.
UNUSUAL = re.compile("[\uff01-\uff5e\U0001d400-\U0001d7ff]|[^\\D0-9]")


def clean(text: str) -> str:
    """*text* in NFC and at most `LONGEST` characters, with ordinary blanks, line ends, digits and Latin
    letters in place of all that look like them, and without signs that nobody sees: zero-width ones,
    controls, halves of a cut emoji. Cleaning again changes nothing. Its work grows with the length of
    *text* alone, and no further than `LOOKED_AT`."""
    text = text[:LOOKED_AT]
    if not (text.isascii() and text.isprintable()):
        text = BLANK.sub(" ", BREAK.sub("\n", text))
        text = HIDDEN.sub("", text)
        text = text.translate({ord(sign): _usual(sign) for sign in set(UNUSUAL.findall(text))})
        text = unicodedata.normalize("NFC", few_marks(text))
    return text[:LONGEST]


def _usual(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return unicodedata.normalize("NFKC", sign)


def few_marks(text: str) -> str:
    """*text* with no more than `MOST_MARKS` combining marks in a row: what may be normalised, however
    long it is."""
    kept = []
    row = 0
    for sign in text:
        row = row + 1 if unicodedata.combining(sign) else 0
        if row <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
