import logging
import os
import sys
from foretell import task, workflow

log = logging.getLogger(__name__)
HERE = os.path.dirname(__file__)
ENV = os.environ.get("HOME", "")

@task
def step(n: int) -> int:
    log.info("step")
    return n

@workflow
def main_guard(n: int) -> int:
    log.debug("registering")
    a = step(n)
    print("made")
    return a

if __name__ == "__main__":
    from foretell_runtime import run
    print(run(main_guard, n=int(sys.argv[1])))
