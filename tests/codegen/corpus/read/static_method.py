from foretell import task, workflow

class Tasks:
    LIMIT = 3

    @staticmethod
    @task
    def step(n: int) -> int:
        return n

    class Inner:
        @task
        def deep(n: int) -> int:
            return n

@workflow
def static_method(n: int) -> int:
    a = Tasks.step(n)
    return Tasks.Inner.deep(a)
