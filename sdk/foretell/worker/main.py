"""Where a child process begins: its channel is set aside, and one trial is run.

Nobody calls this but an executor, as `python -c "from foretell.worker.main import main; main()"`
(quicker than `-m` by a third of a bare start), or a fork of the warm parent.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from foretell.worker import lifeline
from foretell.worker.channel import Channel
from foretell.worker.trial import run


def main() -> NoReturn:
    """Run the trial that stdin tells of. The first argument, if any, is the lifeline's number."""
    channel = Channel.over_stdio()
    if len(sys.argv) > 1:
        lifeline.hold(int(sys.argv.pop()))
    run(channel)
