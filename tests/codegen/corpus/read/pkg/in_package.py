from foretell import workflow
from . import VERSION, fetch, tasks
from .tasks import parse

@workflow
def in_package(url: str) -> dict[str, int]:
    text = fetch(url, tries=VERSION[0])
    other = tasks.parse(text)
    return parse(text)
