"""Keeps answers of the archive in memory until the archive changes."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from datasette.database import Database

MOST_ANSWERS = 400
WAIT_MS = 20
"""How long to wait for the archive's state where a writer locks the file (never in WAL mode)."""

State = int


@dataclass(kw_only=True)
class Memory:
    """The answers given since the archive last changed; the longest unused go first."""

    watch: sqlite3.Connection | None
    most: int = MOST_ANSWERS
    state: State = -1
    answers: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def current_state(self) -> State | None:
        """A number that is another one after every commit to the archive; None where it cannot be told.

        Whoever asks for it *before* reading the archive may keep what is read under it: a commit in
        between makes the answer newer than its state, never older.
        """
        if self.watch is None:
            return 0
        try:
            return int(self.watch.execute("pragma data_version").fetchone()[0])
        except sqlite3.Error:
            return None

    def recall(self, key: Hashable, state: State) -> Any | None:
        """The answer kept for a question in this state of the archive; None if there is none."""
        if state != self.state:
            self.answers.clear()
            self.state = state
        if key in self.answers:
            self.answers.move_to_end(key)
        return self.answers.get(key)

    def keep(self, key: Hashable, state: State, answer: Any) -> None:
        """Keep an answer, unless the archive has changed meanwhile."""
        if state != self.state:
            return
        self.answers[key] = answer
        if len(self.answers) > self.most:
            self.answers.popitem(last=False)


_MEMORIES: WeakKeyDictionary[Database, Memory] = WeakKeyDictionary()


def memory_of(database: Database) -> Memory:
    """The memory of a database that Datasette serves; used from the event loop only."""
    memory = _MEMORIES.get(database)
    if memory is None:
        watch = database.connect() if database.is_mutable else None
        if watch is not None:
            watch.execute(f"pragma busy_timeout = {WAIT_MS}")
        memory = _MEMORIES[database] = Memory(watch=watch)
    return memory
