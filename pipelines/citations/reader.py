"""Walks over the parts of a citation behind its first number: "Abs. 1 UAbs. 1 Buchst. a und b"."""

from __future__ import annotations

import re

from pipelines.citations.words import (
    ABBREVIATION,
    ARTICLE,
    BRACKET,
    FOLLOWING,
    LETTER,
    LEVEL,
    LIST,
    NO_NUMBER,
    NUMBER,
    NUMERIC,
    ORDINAL,
    RANGE,
    RANK,
    ROMAN,
    SUBLETTER,
    UNIT,
    WITH,
    Unit,
    after_gap,
    ascends,
    between,
    digits,
    from_roman,
    leading,
    value_pattern,
)

MOST_PARTS = 300
"""Steps after which a reference ends, against hostile text."""

Path = tuple[tuple[str, str], ...]


class Reader:
    """Walks over the parts behind the first number, one step at a time; a step says whether it was taken."""

    def __init__(self, text: str, unit: Unit, *, plural: bool, number: re.Match[str]) -> None:
        self.text = text
        self.unit = unit
        self.plural = plural
        self.position = self.end = number.end()
        self._take(number)
        self.path: Path = (("number", "".join(number[1].split())),)
        self.done: list[Path] = []
        self.roman = False
        self.articles = 1

    def read(self) -> None:
        steps = (
            self._level,
            self._ordinal,
            self._following,
            self._with,
            self._range,
            self._list,
            self._short,
        )
        for _ in range(MOST_PARTS):
            at = after_gap(self.text, self.position)
            if not any(step(at) for step in steps):
                break

    def all_paths(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((*self.done, self.path)))

    def _level(self, at: int) -> bool:
        """ "Abs. 1" directly behind what stands before."""
        found = self._named_value(at)
        if found is None:
            return False
        level, value = found
        if any(level == known for known, _ in self.path) and level != "half":
            self.done.append(self.path)
            self._set(level, value)
        elif level != "half":
            self.path = (*self.path, (level, value))
        return True

    def _ordinal(self, at: int) -> bool:
        """ "2. Halbsatz": belongs to what stands before and has no column."""
        return self._take(ORDINAL.match(self.text, at))

    def _following(self, at: int) -> bool:
        """ "f.", "ff.": kept in the raw text only."""
        return self.path[-1][0] in NUMERIC and self._take(FOLLOWING.match(self.text, at))

    def _with(self, at: int) -> bool:
        """ "i. V. m. Abs. 3": another part of the same provision; "i. V. m. 1": another article."""
        joint = WITH.match(self.text, at)
        if joint is None:
            return False
        value_at = after_gap(self.text, joint.end())
        return self._new_named(value_at) or self._new_article(value_at)

    def _list(self, at: int) -> bool:
        """ ", 24", "und b", "oder Satz 2"."""
        joint = LIST.match(self.text, at)
        if joint is None:
            return False
        value_at = after_gap(self.text, joint.end())
        if self._ordinal(value_at) or self._new_named(value_at):
            return True
        return self._new_number(value_at) or self._new_letter(value_at)

    def _range(self, at: int) -> bool:
        """ "bis 14", "–f": everything between the ends, if it is not too much."""
        joint = RANGE.match(self.text, at)
        if joint is None:
            return False
        level, low = self.path[-1]
        value = self._range_end(level, after_gap(self.text, joint.end()))
        if value is None or (not joint.group()[0].isalpha() and not ascends(low, value[1])):
            return False
        if level in NUMERIC and NO_NUMBER.match(self.text, value.end()):
            return False
        self._take(value)
        for step in between(low, value[1]):
            self.done.append(self.path)
            self._set(level, step)
        return True

    def _short(self, at: int) -> bool:
        """Parts without a word: "(1)", "I 1", a bare letter behind a paragraph, "aa" below a letter."""
        if self.path[-1][0] == "letter":
            return self._take(SUBLETTER.match(self.text, at))
        return self._bracket(at) or self._roman(at) or self._bare(at)

    def _range_end(self, level: str, at: int) -> re.Match[str] | None:
        word = UNIT.match(self.text, at) if level == "number" else LEVEL.match(self.text, at)
        if word is not None and (level == "number" or word.lastgroup == level):
            at = after_gap(self.text, word.end())
        return value_pattern(level).match(self.text, at)

    def _new_named(self, at: int) -> bool:
        before, end, position = self.path, self.end, self.position
        found = self._named_value(at)
        if found is None:
            return False
        level, value = found
        known = {name for name, _ in before}
        if level == "sentence" and not known & {"paragraph", "sentence", "item"}:
            self.end, self.position = end, position  # ", S. 15" is a page
            return False
        if level != "half":
            self.done.append(before)
            self._set(level, value)
        return True

    def _named_value(self, at: int) -> tuple[str, str] | None:
        word = LEVEL.match(self.text, at)
        if word is None or word.lastgroup is None:
            return None
        level = word.lastgroup
        value_at = after_gap(self.text, word.end())
        value = value_pattern(level).match(self.text, value_at)
        if value is None and level == "half":
            value = LETTER.match(self.text, value_at)
        if value is None:
            return None
        self._take(value)
        return level, value[1]

    def _new_article(self, at: int) -> bool:
        value = ARTICLE.match(self.text, at)
        if value is None or NO_NUMBER.match(self.text, value.end()):
            return False
        if digits(value[1]) > self.unit.max_digits:
            return False
        self._take(value)
        self.done.append(self.path)
        self._set("number", value[1].replace(" ", ""))
        return True

    def _new_number(self, at: int) -> bool:
        bracket = BRACKET.match(self.text, at)
        value = ARTICLE.match(self.text, at)
        if value is None or bracket is not None or NO_NUMBER.match(self.text, value.end()):
            return False
        level = self._level_of(int(re.sub(r"\D", "", value[1])), value.end())
        if digits(value[1]) > (self.unit.max_digits if level == "number" else 3):
            return False
        self._take(value)
        self.done.append(self.path)
        self._set(level, value[1].replace(" ", ""))
        return True

    def _level_of(self, value: int, end: int) -> str:
        """Which level a bare number continues."""
        levels = [name for name, _ in self.path if name in NUMERIC]
        word = LEVEL.match(self.text, after_gap(self.text, end))
        if word is not None and word.lastgroup and word.lastgroup != "half":
            outer = [name for name in levels if RANK[name] < RANK[word.lastgroup]]
            return outer[-1] if outer else "number"
        if self.path[-1][0] not in NUMERIC or self._is_article(value, levels[-1]):
            return "number"
        return levels[-1]

    def _is_article(self, value: int, level: str) -> bool:
        article = leading(self.path[0][1])
        if value <= article or level == "number":
            return level == "number"
        if self.plural and self.articles == 1:
            return True
        far = value - leading(dict(self.path)[level]) > 3
        return far and (value > 9 or self.articles > 1)

    def _new_letter(self, at: int) -> bool:
        if "letter" not in dict(self.path):
            return False
        value = LETTER.match(self.text, at)
        if not self._take(value) or value is None:
            return False
        self.done.append(self.path)
        self._set("letter", value[1])
        return True

    def _bracket(self, at: int) -> bool:
        value = BRACKET.match(self.text, at)
        if value is None:
            return False
        known = dict(self.path)
        level = "letter" if value[1].isalpha() else "paragraph"
        if level in known or (level == "letter" and not {"paragraph", "item"} & set(known)):
            return False
        self._take(value)
        self.end = value.end()
        self.path = (*self.path, (level, value[1]))
        return True

    def _roman(self, at: int) -> bool:
        if self.roman or len(self.path) > 1 or self.unit.sign == "ErwGr":
            return False
        value = ROMAN.match(self.text, at)
        if not self._take(value) or value is None:
            return False
        self.roman = True
        self.path = (*self.path, ("paragraph", str(from_roman(value[1]))))
        return True

    def _bare(self, at: int) -> bool:
        last = self.path[-1][0]
        if self.roman and last == "paragraph" and (value := NUMBER.match(self.text, at)):
            self._take(value)
            self.path = (*self.path, ("sentence", value[1]))
            return True
        if last not in ("paragraph", "sentence", "subparagraph", "item"):
            return False
        value = LETTER.match(self.text, at)
        if value is None or len(value[1]) > 1 or self.text[value.start()] in '„"(':
            return False
        if ABBREVIATION.match(self.text, value.start()):
            return False
        self._take(value)
        self.path = (*self.path, ("letter", value[1]))
        return True

    def _set(self, level: str, value: str) -> None:
        """Change one level of the current path; deeper ones end."""
        if level == "number":
            self.articles += 1
            self.roman = False
        names = [name for name, _ in self.path]
        if level in names:
            kept = self.path[: names.index(level)]
        else:
            kept = tuple(part for part in self.path if RANK[part[0]] < RANK[level])
        self.path = (*kept, (level, value))

    def _take(self, match: re.Match[str] | None) -> bool:
        """Move behind a match; a closing bracket counts only if the reference goes on."""
        if match is None:
            return False
        self.position = match.end()
        unopened = match.group().endswith(")") and "(" not in match.group()
        self.end = match.end() - 1 if unopened else match.end()
        return True
