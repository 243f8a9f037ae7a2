"""``python -m aktenkundig``: the command line."""

from aktenkundig.cli import main

if __name__ == "__main__":
    main()
