"""The entry point: `affect`, or `python -m affectcli`."""

from affectcli.cli import main

if __name__ == "__main__":
    main()
