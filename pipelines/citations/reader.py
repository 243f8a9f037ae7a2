"""Walks over the parts of a citation behind its first number: "Abs. 1 UAbs. 1 Buchst. a und b"."""

from __future__ import annotations

import re

from pipelines.citations.words import (
    ABBREVIATION,
    ARTICLE,
    BRACKET,
    FOLLOWING,
    HEADING,
    LETTER,
    LEVEL,
    LIST,
    MOST_PARTS,
    NO_NUMBER,
    NUMBER,
    NUMERIC,
    RANGE,
    RANK,
    ROMAN,
    SHORT_LEVEL,
    SUBLETTER,
    TAIL,
    UNIT,
    WITH,
    Path,
    Unit,
    after_gap,
    ascends,
    between,
    counted_part,
    digits,
    from_roman,
    leading,
    value_pattern,
)


class Reader:
    """Walks over the parts behind the first number, one step at a time; a step says whether it was taken."""

    def __init__(self, text: str, unit: Unit, *, plural: bool, path: Path) -> None:
        self.text = text
        self.unit = unit
        self.plural = plural
        self.position = self.end = 0
        self.path = path
        self.done: list[Path] = []
        self.roman, self.articles = False, 1

    @classmethod
    def behind(cls, number: re.Match[str], unit: Unit, *, plural: bool) -> Reader:
        """A reader that goes on behind the first number of a citation."""
        path: Path = (("number", "".join(number[1].split())),)
        reader = cls(number.string, unit, plural=plural, path=path)
        reader._take(number)
        return reader

    def level_behind_law(self, at: int) -> bool:
        """Read what stands behind the law and still belongs to the provision: "Art. 4 DSGVO Nr. 2"."""
        word = LEVEL.match(self.text, at)
        page = word is not None and word.lastgroup == "sentence" and word.group().startswith("S.")
        if word is None or page or word.lastgroup in dict(self.path) or not self._level(at):
            return False
        self.read()
        return True

    def read(self) -> None:
        parts = (self._level, self._tail, self._counted, self._heading, self._stop)
        steps = (*parts, self._following, self._with, self._range, self._list, self._short)
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

    def _tail(self, at: int) -> bool:
        """ "2. Halbsatz", "a. E.", "analog": belongs to what stands before and has no column."""
        return self._take(TAIL.match(self.text, at))

    def _counted(self, at: int) -> bool:
        """ "zweiter Unterabsatz": the number stands before the word."""
        match, level, value = counted_part(self.text, at)
        if not level or level in dict(self.path) or not self._take(match):
            return False
        self.path = (*self.path, (level, value))
        return True

    def _heading(self, at: int) -> bool:
        """The heading of the provision in brackets, where a part of it follows: "Art. 89 (Garantien) Abs. 1"."""
        heading = HEADING.match(self.text, at) if len(self.path) == 1 else None
        if heading is None or not LEVEL.match(self.text, heading.end()):
            return False
        self.position = heading.end()
        return True

    def _stop(self, at: int) -> bool:
        """A stray full stop: "Art. 4. Nr. 2", "lit a. und b"."""
        if at != self.position or not self.text.startswith(".", at):
            return False
        behind = after_gap(self.text, at + 1)
        joint = LIST.match(self.text, behind) or RANGE.match(self.text, behind)
        listed = joint and (joint.group()[0].islower() or LETTER.match(self.text, after_gap(self.text, joint.end())))
        goes_on = listed and self.path[-1][0] == "letter"
        if not goes_on and not SHORT_LEVEL.match(self.text, behind):
            return False
        self.position = at + 1
        return True

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
        steps = (self._tail, self._new_named, self._new_roman, self._new_number, self._new_letter)
        return any(step(value_at) for step in steps)

    def _range(self, at: int) -> bool:
        """ "bis 14", "–f": everything between the ends, if it is not too much."""
        joint = RANGE.match(self.text, at)
        if joint is None:
            return False
        level, low = self.path[-1]
        value = self._range_end(level, after_gap(self.text, joint.end()))
        high = self._value_of(level, value) if value else ""
        if value is None or (not joint.group()[0].isalpha() and not ascends(low, high)):
            return False
        if level in NUMERIC and NO_NUMBER.match(self.text, value.end()):
            return False
        self._take(value)
        for step in between(low, high):
            self.done.append(self.path)
            self._set(level, step)
        return True

    def _value_of(self, level: str, value: re.Match[str]) -> str:
        """What a value at the end of a range says: "IV" is a paragraph, the "c" of "32a-c" is 32c."""
        if value.re is ROMAN:
            return str(from_roman(value[1]))
        if value.re is LETTER and level == "number":
            return f"{leading(self.path[0][1])}{value[1]}"
        return value[1]

    def _short(self, at: int) -> bool:
        """Parts without a word: "(1)", "I 1", a bare letter behind a paragraph, "aa" below a letter."""
        if self.path[-1][0] == "letter":
            return self._take(SUBLETTER.match(self.text, at))
        return self._bracket(at) or self._roman(at) or self._bare(at)

    def _range_end(self, level: str, at: int) -> re.Match[str] | None:
        word = UNIT.match(self.text, at) if level == "number" else LEVEL.match(self.text, at)
        if word is not None and (level == "number" or word.lastgroup == level):
            at = after_gap(self.text, word.end())
        if level == "paragraph" and self.roman:
            return ROMAN.match(self.text, at)
        value = value_pattern(level).match(self.text, at)
        return value or (self._suffix(at) if level == "number" else None)

    def _suffix(self, at: int) -> re.Match[str] | None:
        """The letter of a further article: the "c" of "§§ 32a-c", behind an article with a letter."""
        last = self.path[-1]
        value = LETTER.match(self.text, at) if last[0] == "number" and last[1][-1].isalpha() else None
        if value is None or len(value[1]) > 1 or value[1] <= last[1][-1]:
            return None
        return None if ABBREVIATION.match(self.text, at) else value

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
        level = word.lastgroup if word else None
        if word is None or level is None:
            return None
        value_at = after_gap(self.text, word.end())
        pattern = value_pattern(level)
        value = pattern.match(self.text, value_at) or (level == "half" and LETTER.match(self.text, value_at))
        if not value:
            return None
        self._take(value)
        return level, value[1]

    def _new_article(self, at: int) -> bool:
        value = ARTICLE.match(self.text, at)
        if value is None or NO_NUMBER.match(self.text, value.end()) or digits(value[1]) > self.unit.max_digits:
            return False
        return self._add(value, "number", value[1].replace(" ", ""))

    def _new_roman(self, at: int) -> bool:
        """ "Art. 6 I, IV": another paragraph, where the first one was Roman."""
        value = ROMAN.match(self.text, at) if self.roman else None
        return value is not None and self._add(value, "paragraph", str(from_roman(value[1])))

    def _new_number(self, at: int) -> bool:
        bracket = BRACKET.match(self.text, at)
        value = ARTICLE.match(self.text, at)
        if value is None or bracket is not None or NO_NUMBER.match(self.text, value.end()):
            return False
        level = self._level_of(int(re.sub(r"\D", "", value[1])), value.end())
        if digits(value[1]) > (self.unit.max_digits if level == "number" else 3):
            return False
        return self._add(value, level, value[1].replace(" ", ""))

    def _level_of(self, value: int, end: int) -> str:
        """Which level a bare number continues."""
        levels = [name for name, _ in self.path if name in NUMERIC]
        if self.roman and ROMAN.match(self.text, after_gap(self.text, end)):
            return "number"
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
        if level == "item":
            return False
        far = value - leading(dict(self.path)[level]) > 3
        return far and (value > 9 or self.articles > 1)

    def _new_letter(self, at: int) -> bool:
        """ "und b"; behind "§ 201a" it is the letter of another article."""
        if "letter" in dict(self.path):
            value = LETTER.match(self.text, at)
            return value is not None and self._add(value, "letter", value[1])
        value = self._suffix(at)
        return value is not None and self._add(value, "number", self._value_of("number", value))

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
        if not self._take(value := ROMAN.match(self.text, at)) or value is None:
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
        if ABBREVIATION.match(self.text, value.start()) or LIST.match(self.text, value.start()):
            return False
        self._take(value)
        self.path = (*self.path, ("letter", value[1]))
        return True

    def _add(self, value: re.Match[str], level: str, said: str) -> bool:
        """Another provision beside the current one, which is done."""
        self._take(value)
        self.done.append(self.path)
        self._set(level, said)
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
