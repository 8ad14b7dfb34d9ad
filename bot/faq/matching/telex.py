"""Vietnamese syllables: which letters make one, and what undecoded Telex or VNI keys meant."""

from __future__ import annotations

import re
from functools import lru_cache

ONSETS = "b|c|ch|d|g|gh|gi|h|k|kh|l|m|n|ng|ngh|nh|p|ph|q|qu|r|s|t|th|tr|v|x"
RHYMES = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|ech|em|en|eng|enh|eo|ep|et|eu|i|ia|ic|ich|"
    "iec|iem|ien|ieng|iep|iet|ieu|im|in|inh|ip|it|iu|o|oa|oac|oach|oai|oam|oan|oang|oanh|oao|"
    "oap|oat|oay|oc|oe|oen|oeo|oet|oi|om|on|ong|oong|op|ot|u|ua|uan|uang|uat|uau|uay|uc|ue|"
    "uech|uenh|ui|um|un|ung|uo|uoc|uoi|uom|uon|uong|uop|uot|uou|up|ut|uu|uy|uya|uych|uyen|"
    "uyet|uynh|uyt|uyu|y|yem|yen|yet|yeu"
)
SYLLABLE = re.compile(f"(?:{ONSETS})?(?:{RHYMES})")
VOWELS = frozenset("aeiouy")
TONE_KEYS = {"s": "1", "f": "2", "r": "3", "x": "4", "j": "5"}
VNI_TONES = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5"}
HATS = {"a": "â", "e": "ê", "o": "ô"}
HORNS = {"a": "ă", "o": "ơ", "u": "ư"}
PLAIN = str.maketrans("âăêôơưđ", "aaeooud")


@lru_cache(maxsize=20_000)
def is_syllable(plain: str) -> bool:
    """Whether *plain* (no marks) can be a Vietnamese syllable."""
    return SYLLABLE.fullmatch(plain) is not None


class _Keys:
    """Replays the keys of one syllable as an input method would have read them."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.tone = ""
        self.used = False  # some key turned out to be a mark

    def last(self, of: str) -> int:
        """The place of the last letter that is in *of*, or -1."""
        places = (i for i in range(len(self.letters) - 1, -1, -1) if self.letters[i] in of)
        return next(places, -1)

    def mark(self, table: dict[str, str], of: str) -> bool:
        place = self.last(of)
        if place < 0:
            return False
        self.letters[place] = table[self.letters[place]]
        self.used = True
        return True

    def horn(self) -> bool:
        """`w` or 7: horn both letters of "uo", else the last vowel that takes one."""
        if "".join(self.letters[-3:]).find("uo") >= 0 or "uo" in "".join(self.letters):
            place = "".join(self.letters).rfind("uo")
            self.letters[place : place + 2] = ["ư", "ơ"]
            self.used = True
            return True
        return self.mark(HORNS, "aou")

    def stroke(self) -> bool:
        """The second `d` or 9: đ."""
        if self.letters[:1] != ["d"]:
            return False
        self.letters[0] = "đ"
        self.used = True
        return True

    def set_tone(self, tone: str) -> bool:
        if not any(letter.translate(PLAIN) in VOWELS for letter in self.letters):
            return False
        self.tone, self.used = tone, True
        return True


def from_keys(token: str) -> str | None:
    """What undecoded Telex or VNI keys meant, as a marked form ("ddieenj" -> "điên5"), or None.

    Tone keys may stand anywhere after the first vowel. None when no key was a mark, or the result
    is not a Vietnamese syllable.
    """
    if not token.isascii() or not token[:1].isalpha() or len(token) > 12:
        return None
    keys = _Keys()
    press = _press_vni if token[1:].isalnum() and any(map(str.isdigit, token)) else _press_telex
    for key in token:
        if not press(keys, key):
            keys.letters.append(key)
    shape = "".join(keys.letters)
    if not keys.used or not is_syllable(shape.translate(PLAIN)):
        return None
    return shape + keys.tone


def _press_telex(keys: _Keys, key: str) -> bool:
    if key in TONE_KEYS:
        return keys.set_tone(TONE_KEYS[key])
    if key in HATS:
        return keys.mark(HATS, key)
    if key == "w":
        return keys.horn() or _lone_w(keys)
    return key == "d" and keys.stroke()


def _lone_w(keys: _Keys) -> bool:
    """`w` with no vowel before it types ư."""
    keys.letters.append("ư")
    keys.used = True
    return True


def _press_vni(keys: _Keys, key: str) -> bool:
    if key in VNI_TONES:
        return keys.set_tone(VNI_TONES[key])
    if key == "6":
        return keys.mark(HATS, "aeo")
    if key == "7":
        return keys.horn()
    if key == "8":
        return keys.mark(HORNS, "a")
    return key == "9" and keys.stroke()
