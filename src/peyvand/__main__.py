"""`python -m peyvand` is the command `peyvand`."""

from peyvand.cli import main

if __name__ == "__main__":
    main()
