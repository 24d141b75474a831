from foretell import workflow

@workflow
def pass_through(a: int, b: str = "x") -> dict[str, object]: return {"a": a, "b": [b, {"c": 1}]}
