"""`python -m aqsense` is the command `aqsense`."""

from aqsense.cli import main

if __name__ == "__main__":
    main()
