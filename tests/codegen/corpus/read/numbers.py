from foretell import task, workflow

@task
def take(a: float, b: int, c: int, d: float = -0.0) -> float:
    return a

@workflow
def numbers() -> float:
    a = take(1e3, 0x_ff, 0b1010)
    b = take(1_000.5e-3, 0o17, -1_000_000, d=+.5)
    c = take(5., ~0, 10**12, d=1/3)
    return take(a, 2**62, 7 // 2, d=-(2 - 5))
