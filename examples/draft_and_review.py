"""A draft is written, reviewed, and written again until the review has nothing more to say.

The loop is an edge that leads back: the same two nodes are done again, at most three times more. The
review asks for that with `again(...)`, and its remark is an input of the next draft.

    foretell run examples/draft_and_review.py
    foretell run examples/draft_and_review.py -i strictness=0
    foretell run examples/draft_and_review.py -i strictness=9
"""

from __future__ import annotations

from foretell import again, back, iteration, task, workflow


@task
def write(topic: str, remark: str = "") -> str:
    return f"{topic}, {remark}" if remark else topic


@task
def review(text: str, strictness: int) -> str:
    if iteration() <= strictness:
        again(f"said {iteration() + 1} times over")
    return text


@task
def publish(text: str) -> str:
    return f"published: {text}"


@workflow
def draft_and_review(topic: str = "tea is good for you", strictness: int = 2) -> str:
    draft = write(topic)
    approved = review(draft, strictness)
    back(approved, to=draft, into="remark", at_most=3)
    return publish(approved)
