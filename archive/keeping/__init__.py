"""The writing side of the archive: what a run stores, settles and erases. The portal has no key to it."""
