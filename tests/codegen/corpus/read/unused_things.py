import subprocess, threading  # noqa: E401
from concurrent.futures import ThreadPoolExecutor
from foretell import task, workflow

LOCK = threading.Lock()
POOL = ThreadPoolExecutor
class Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()
    def get(self) -> str:
        with self.lock:
            return self.url
CLIENT = Client("x")

@task
def get(n: int) -> str:
    return CLIENT.get()

@workflow
def unused_things(n: int) -> str:
    return get(n)
