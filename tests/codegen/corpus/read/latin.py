# -*- coding: latin-1 -*-
from foretell import task, workflow

@task
def grüßen(wort: str) -> str:
    return wort

@workflow
def latin() -> str:
    größe = grüßen("schön")
    return größe
