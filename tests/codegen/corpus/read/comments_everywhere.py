#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# before all
from foretell import (  # why
    task,  # a task
    workflow,
    # at the end of the list
)  # done

# before a decorator
@task  # on it
# between decorator and function
def step(  # signature
    n: int,  # a number
    # and
    *,
    k: int = 3,  # more
) -> int:  # result
    # first
    return n * k  # last
    # after


# before the workflow
@workflow
def comments_everywhere(n: int) -> int:  # header
    # top
    a = step(  # call
        # within
        n,  # argument
        # before the end
    )  # after

    # between

    b = step(a, k=4)  # trailing
    #odd comment
    return b  # out
# at the end
