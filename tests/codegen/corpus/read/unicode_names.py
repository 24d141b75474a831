from foretell import task, workflow

@task
def größe(ﬁx: int) -> int: return ﬁx

@workflow
def unicode_names(ﬁx: int) -> int:
    変数 = größe(ﬁx)
    ａ = größe(fix=変数)
    return größe(a)
