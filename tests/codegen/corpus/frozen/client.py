import threading
from foretell import task, workflow

class Client:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.n = 3

    def number(self) -> int:
        with self.lock:
            return self.n

CLIENT = Client()

@task
def step(n: int) -> int: return n

@workflow
def client(n: int) -> int:
    a = step(CLIENT.number())
    b = step(n)
    return step.after(b)(a)
