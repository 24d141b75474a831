import foretell
from foretell import workflow as flow

@foretell.task(
    retries=3,
    backoff=1.5,
    timeout=60,
    tags=["net", "slow"],
    label="Fetch it",
    style={"color": "red"},
)
def fetch(url: str) -> bytes:
    return b""

@foretell.task()
def size(data: bytes) -> int:
    return len(data)

@flow
def decorated(url: str) -> int:
    data = fetch(url)
    return size(data)
