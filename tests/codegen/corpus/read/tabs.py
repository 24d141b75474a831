from foretell import task, workflow

@task
def step(n: int) -> int:
	if n:
		return n
	return 0

@workflow
def tabs(n: int) -> int:
	first = step(n)
	second	=	step(	first	)
	return second
