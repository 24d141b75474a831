"""Random futures of a workflow, to prove its drawings by: `from foretell_runtime import fuzz`.

Its tasks are not run. What may be grown is read from the compiled graph; what is legal is the
machine's to say; whether a drawing was right is for `foretell.admits`.
"""
