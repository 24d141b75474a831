"""What people write workflows with. Everything public is re-exported by `foretell`.

The modules on the way from `import foretell` to a plain task call (tasks, refs, growth, vows) are
kept free of pydantic and of the graph's data classes, because every child process imports them;
`registering`, `specs`, `shaping` and `growing` are imported when a graph is made or grows.
"""
