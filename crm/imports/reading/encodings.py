"""In which encoding a text file is written.

``chardet`` knows which letters follow each other in which language; what it says of a few names is weighed by what
people's files are: Excel's "CSV" is in the Windows encoding of the country, and letters of two scripts do not stand in
one word. The whole file is looked at, since the first letter that is not ASCII may stand far down.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from unicodedata import category
from unicodedata import name as name_of

import chardet
from django.utils.translation import gettext_lazy as _

from crm.imports.reading.cells import is_unreadable
from crm.imports.reading.limits import MEGABYTE

SAMPLE = 64 * 1024  # bytes of lines that hold more than ASCII
AROUND = 200  # of a very long line: bytes kept around such a letter
WORDS = 6  # shown of each reading
READINGS = 5
MIXED = 0.3  # of what is not ASCII is UTF-8: too much for chance, so that a part of the file is
NEARLY, NEXT_WINDOWS = 0.4, 0.8  # of the best score: as likely as that, for people to decide
UTF_8 = "utf-8-sig"  # with or without its mark

# By the codec's name: what people call it, and how likely a file is written so, other things being equal.
ENCODINGS: dict[str, tuple[object, float]] = {
    UTF_8: (_("Unicode (UTF-8)"), 1.0),
    "utf-16": (_("Unicode (UTF-16)"), 1.0),
    "utf-16-le": (_("Unicode (UTF-16, little endian)"), 1.0),
    "utf-16-be": (_("Unicode (UTF-16, big endian)"), 1.0),
    "cp1252": (_("Western European (Windows-1252)"), 1.0),
    "cp1250": (_("Central European (Windows-1250)"), 1.0),
    "cp1251": (_("Cyrillic (Windows-1251)"), 1.0),
    "cp1253": (_("Greek (Windows-1253)"), 0.9),
    "cp1254": (_("Turkish (Windows-1254)"), 0.9),
    "cp1255": (_("Hebrew (Windows-1255)"), 0.9),
    "cp1256": (_("Arabic (Windows-1256)"), 0.9),
    "cp1257": (_("Baltic (Windows-1257)"), 0.9),
    "cp1258": (_("Vietnamese (Windows-1258)"), 0.3),
    "cp874": (_("Thai (Windows-874)"), 0.9),
    "cp932": (_("Japanese (Shift JIS)"), 1.0),
    "euc_jis_2004": (_("Japanese (EUC)"), 0.6),
    "gb18030": (_("Simplified Chinese (GB 18030)"), 1.0),
    "big5hkscs": (_("Traditional Chinese (Big5)"), 1.0),
    "cp949": (_("Korean (EUC-KR)"), 1.0),
    "mac-roman": (_("Western European (Macintosh)"), 0.8),
    "koi8-r": (_("Cyrillic (KOI8-R)"), 0.4),
    "iso8859-2": (_("Central European (ISO 8859-2)"), 0.4),
    "iso8859-15": (_("Western European (ISO 8859-15)"), 0.2),
    "cp850": (_("Western European (DOS 850)"), 0.3),
    "cp852": (_("Central European (DOS 852)"), 0.3),
    "cp866": (_("Cyrillic (DOS 866)"), 0.4),
}
_GUESSED = [encoding for encoding in ENCODINGS if not encoding.startswith("utf")]
_HIGH = re.compile(rb"[\x80-\xff]")
# From the start of a word only: what has no such letter is else looked through again from each of its own.
_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]*[^\x00-\x7f\W\d_][^\W\d_]*")
_BROKEN = re.compile("[\udc80-\udcff]")
_PIECE = re.compile(r"(?:(?<!\w)\w+)?[^\x00-\x7f]\w*")
_WITHIN = re.compile(r"[^\W\d_][“”„‘‚–—…€£•™®©°§«»][^\W\d_]")
_MARKS = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_TYPOGRAPHY = frozenset("“”„‘’‚–—…€£•™®©°§·«»\xa0")
_WESTERN = frozenset("äöüßáéíóúñçãõâêôàèùìòîïëûåæøœÄÖÜÁÉÍÓÚÑÇÃÕÂÊÔÀÈÙÎËÅÆØŒ¡¿ºª") | _TYPOGRAPHY
_ONE_SCRIPT = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "KATAKANA-HIRAGANA": "CJK", "HANGUL": "CJK"}


@dataclass(frozen=True)
class Reading:
    """A way to read the file, and words of it that are read so. ``is_likely``: as much as others are."""

    encoding: str
    words: list[str]
    is_likely: bool = False


def find_readings(path: Path) -> list[Reading]:
    """The likely ways to read the file, the most likely first; one when it is certain."""
    with path.open("rb") as file:
        head = file.read(4096)
    marked = next((encoding for mark, encoding in _MARKS.items() if head.startswith(mark)), "") or _wide(head)
    if marked:
        return [Reading(marked, words_of(_decoded_head(path, marked)))]
    sample, share = _sample(path)
    if not sample:
        return [Reading(UTF_8, [])]
    if share > 0.9:  # a byte that was damaged on its way does not make it another encoding
        return [Reading(UTF_8, words_of(sample.decode("utf-8", "replace")))]
    found = _weighed(sample) or [Reading("cp1252", words_of(sample.decode("cp1252", "replace")))]
    if share > MIXED:
        words = words_of(sample.decode("utf-8", "replace"))
        found = [Reading(UTF_8, words, is_likely=True), replace(found[0], is_likely=True), *found[1:]]
    return _told_apart(found, sample)


def _told_apart(found: list[Reading], sample: bytes) -> list[Reading]:
    """``found``, of which the likely ones show words that the others read otherwise; without such there is nothing to
    choose between, and the first is taken."""
    likely = [one.encoding for one in found if one.is_likely]
    if len(likely) < 2:
        return found
    for pattern in (_WORD, _PIECE):
        words = {one: _all_words(sample.decode(one, "replace"), pattern) for one in likely}
        common = set.intersection(*map(set, words.values()))
        own = {one: [word for word in words[one] if word not in common][:WORDS] for one in likely}
        if all(own.values()):
            return [replace(one, words=own.get(one.encoding, one.words)) for one in found]
    return [replace(one, is_likely=False) for one in found]


def read_with(path: Path, encoding: str) -> Reading:
    """The words that show what the file is in ``encoding``."""
    if encoding.startswith("utf-16"):
        return Reading(encoding, words_of(_decoded_head(path, encoding)))
    return Reading(encoding, words_of(_sample(path)[0].decode(encoding, "replace")))


def words_of(text: str) -> list[str]:
    """Some words that hold letters beyond ASCII: they show whether the encoding is right."""
    return _all_words(text, _WORD)[:WORDS]


def _all_words(text: str, pattern: re.Pattern[str]) -> list[str]:
    return list(dict.fromkeys(match.group()[:40] for match in pattern.finditer(text)))


def _decoded_head(path: Path, encoding: str) -> str:
    with path.open("rb") as file:
        return file.read(SAMPLE).decode(encoding, "replace")


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of what is ASCII is null."""
    half = len(head) // 2
    if head[1::2].count(0) * 2 > half and not head[0::2].count(0):
        return "utf-16-le"
    if head[0::2].count(0) * 2 > half and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def _sample(path: Path) -> tuple[bytes, float]:
    """Lines of the whole file that hold more than ASCII; and which share of what is not ASCII is UTF-8."""
    sample = b""
    good = bad = 0
    with path.open("rb") as file:
        while (block := file.read(MEGABYTE)) and len(sample) < SAMPLE:
            block += file.readline(AROUND)  # so that hardly a line or a character is cut
            if not block.isascii():
                text = block.decode("utf-8", "surrogateescape")
                broken = len(text) - len(_BROKEN.sub("", text))
                bad += broken
                good += len(text) - len(text.encode("ascii", "ignore")) - broken
                sample += _lines_beyond_ascii(block)
    return sample, good / (good + bad) if good + bad else 1.0


def _lines_beyond_ascii(block: bytes) -> bytes:
    lines: list[bytes] = []
    taken = size = 0
    while size < SAMPLE and (match := _HIGH.search(block, taken)):
        start = max(block.rfind(b"\n", taken, match.start()) + 1, match.start() - AROUND, taken)
        end = block.find(b"\n", match.start(), match.start() + AROUND)
        taken = end if end >= 0 else match.start() + AROUND
        lines.append(block[start:taken])
        size += taken - start
    return b"\n".join([*lines, b""])


def _weighed(sample: bytes) -> list[Reading]:
    found = chardet.detect_all(sample, include_encodings=_GUESSED, ignore_threshold=True, compat_names=False)
    scores: dict[str, float] = {}
    for result in found:
        encoding = codecs.lookup(result["encoding"] or "cp1252").name
        if encoding in ENCODINGS:
            text = sample.decode(encoding, "surrogateescape")
            scores[encoding] = result["confidence"] * ENCODINGS[encoding][1] * _plausible(text, encoding)
    best = sorted(scores, key=lambda encoding: -scores[encoding])
    likely = [one for one in best if scores[one] > scores[best[0]] / 50]
    shares: dict[str, float] = {}
    alike: dict[str, str] = {}  # two that read the file alike are one: the more usual
    order = list(ENCODINGS)
    for encoding in likely:
        text = sample.decode(encoding, "surrogateescape")
        alike[text] = min(encoding, alike.get(text, encoding), key=order.index)
        shares[text] = max(scores[encoding] / scores[best[0]], shares.get(text, 0))
    first = next(iter(alike.values()), "")
    readings = [
        Reading(encoding, words, _is_as_likely(encoding, first, shares[text]) and bool(words))
        for text, encoding in alike.items()
        for words in [words_of(text)]
    ]
    return readings[:READINGS]


def _is_as_likely(encoding: str, first: str, share: float) -> bool:
    """Excel's "CSV" is in the Windows encoding of the country: what is fine in the Western one is not as likely in that
    of another country."""
    is_elsewhere = first == "cp1252" != encoding and encoding.startswith("cp125")
    return share >= (NEXT_WINDOWS if is_elsewhere else NEARLY)


def _plausible(text: str, encoding: str) -> float:
    """1 for text as people write it, less for each kind of what they do not, more for what they mostly do."""
    beyond = [char for char in text if char > "\x7f"]
    words = _PIECE.findall(text)
    odd = sum(map(_is_odd, words))
    score = 0.02 + 0.98 * (1 - odd / max(len(words), 1)) ** 2
    score *= 1 + sum(char in _TYPOGRAPHY for char in beyond) / max(len(beyond), 1)
    if encoding == "cp1252" and sum(char in _WESTERN for char in beyond) >= 0.9 * len(beyond):
        score *= 1.7
    return score * 0.05 if is_unreadable(text.replace("\r", "")) else score


def _is_odd(word: str) -> bool:
    """Letters of two scripts, a sign between letters, or a capital behind a small letter that no name has."""
    letters = [char for char in word if char.isalpha()]
    if len({_script(char) for char in letters}) > 1:
        return True
    signs = [char for char in word if char > "\x7f" and not char.isalpha() and category(char)[0] != "M"]
    if (not _TYPOGRAPHY.issuperset(signs) and len(letters) > 1) or _WITHIN.search(word):
        return True
    return any(before.islower() and after.isupper() and after > "\x7f" for before, after in pairwise(word))


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    first = name_of(char, "UNKNOWN").split()[0]
    return _ONE_SCRIPT.get(first, first)
