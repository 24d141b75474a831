"""`python -m foretell_runtime.cli`, for where the console script is not on the PATH."""

from foretell_runtime.cli import main

if __name__ == "__main__":
    main()
