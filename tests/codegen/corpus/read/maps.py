from foretell import each, task, workflow

@task
def square(n: int, k: int = 1) -> int: return n * k

@task
def total(ns: list[int]) -> int: return sum(ns)

@task
def numbers() -> list[int]: return [1]

@workflow
def one(n: int) -> int:
    first = square(n)
    return square(first)

@workflow
def maps() -> int:
    squares = square.map(each([1, 2, 3]), k=2)
    found = numbers()
    later = square.map(n=each(found), k=each(found))
    sections = one.map(each(found))
    again = one.map(each([4, 5]))
    return total([total(squares), total(later), total(sections), total(again)])
