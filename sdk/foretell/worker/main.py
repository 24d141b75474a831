"""Where a child process begins: the channel is set aside, and one trial is run.

Nobody calls this but an executor, as `python -c "from foretell.worker.main import main; main()"`
(quicker than `-m` by a third of a bare start). Forked trials begin in `worker.forkserver`.
"""

from __future__ import annotations

import sys
from typing import NoReturn

from foretell.worker import lifeline, trial
from foretell.worker.channel import Channel


def main() -> NoReturn:
    """Run the trial that stdin tells of. The argument, if there is one, is the number of our end
    of a lifeline."""
    channel = Channel.over_stdio()
    if len(sys.argv) > 1:
        lifeline.hold(int(sys.argv.pop()))
    else:
        channel.listen()
    trial.prepare_process()
    trial.run(channel)
