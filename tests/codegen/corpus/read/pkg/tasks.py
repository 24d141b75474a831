from foretell import task

@task
def fetch(url: str, tries: int = 1) -> str: return url

@task
def parse(text: str) -> dict[str, int]: return {}
