from foretell import task, workflow

@task
def say(a: str, b: str, c: str, d: bytes = b"\x00\xff") -> str:
    return a

@workflow
def quotes() -> str:
    x = say('a\'b', "c\"d", '''e"f''')
    y = say(r"\d+\n", R'\w', u"é")
    z = say("\x41\u00e9\N{BULLET}", """
    two
    """, 'a' "b" """c""", d=b'a' rb"\x")
    return say(x, y, z)
