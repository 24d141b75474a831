import helpers_of_corpus
from helpers_of_corpus import SIZE, Shape, measure, other as renamed
from helpers_of_corpus import *
from foretell import workflow

@workflow
def deep_modules(n: int) -> int:
    a = measure(n, Shape.ROUND)
    b = helpers_of_corpus.measure(SIZE, Shape.FLAT)
    c = renamed(a)
    d = starred(b)
    return helpers_of_corpus.section(d)
