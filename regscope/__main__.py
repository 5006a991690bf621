"""`python -m regscope` is the command `regscope`."""

from regscope.command.app import main

if __name__ == "__main__":
    main()
