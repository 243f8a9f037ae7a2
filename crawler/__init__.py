"""Room one: gets pages from the sources and reads them, verbatim."""
