"""Word lists and tables of German: data, editable without code."""
