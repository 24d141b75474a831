"""`python -m foretell.worker`: run one trial, spoken to on stdin and stdout."""

from foretell.worker.main import main

main()
