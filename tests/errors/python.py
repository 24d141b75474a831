"""Mistakes of programs that run workflows, and ask about them, from Python."""

from __future__ import annotations

from tests.errors.making import Make, file, program

FLOW = (
    "from foretell_runtime import Runtime, run\nfrom foretell_runtime.calls import inputs_of, reader_of\n"
    "from foretell_runtime.foresight import foresee\nfrom foretell.document.model import Change\n"
    "from foretell.graph.live import Status\n\n"
    "@workflow\ndef flow(n: int) -> int:\n    return square(n)\n"
)


def running(source: str, *, before: str = "") -> Make:
    return program(source, before=FLOW + before)


def loading(source: str) -> Make:
    return program(f"from foretell.author.loading import load_entry, load_file\n{source}")


def given(schema: str, inputs: str) -> Make:
    """Inputs for a graph document whose input `n` has this schema."""
    return program(
        "from foretell_runtime.inputs import checked_inputs\nfrom tests.errors.making import with_input\n"
        f"checked_inputs(with_input({schema}), {inputs})"
    )


MISTAKES = {
    "no jobs": running("Runtime(jobs=0)"),
    "a way to start that is not there": running("Runtime(start='threads')"),
    "a task instead of a workflow": running("Runtime().run(square, n=3)"),
    "a run within an event loop": running(
        "import asyncio\nasync def within():\n    run(flow, n=3)\nasyncio.run(within())"
    ),
    "a run while it is imported": file(FLOW + "run(flow, n=3)"),
    "an input of a workflow that is not there": running("inputs_of(flow, (), {'m': 3})"),
    "an input of a run that is not there yet": running(
        "outer.compile()",
        before="@workflow\ndef outer(n: int) -> None:\n    inputs_of(flow, (n,), {})\n",
    ),
    "a result of another type": running("reader_of(flow)('three')"),
    "a maker that is not there": running("foresee(flow).would(Change(), 'sqare')"),
    "a maker that has ended": running(
        "seen = foresee(flow)\nseen.state.judge.graph.nodes['square'].status = Status.DONE\n"
        "seen.would(Change(), 'square')"
    ),
    "a change of a run that has ended": running(
        "seen = foresee(flow)\nseen.state.status = 'done'\nseen.check_goes_on()"
    ),
    "a file that is not there": loading("load_file('no.py')"),
    "a file that is no Python": loading(
        "import pathlib\nother = pathlib.Path(__file__).with_name('notes.txt')\n"
        "other.write_text('hello')\nload_file(other)"
    ),
    "an entry that is none": loading("load_entry('flow', '.')"),
    "an entry in a module that is not there": loading("load_entry('no_such_module:flow', '.')"),
    "an entry that is not there": loading("load_entry('tests.errors.stock:sqare', '.')"),
    "an entry of no task": loading("load_entry('tests.errors.stock:Squares', '.')"),
    "an input of a document that is not there": given("{}", "{'m': 3}"),
    "an input of a document that is missing": given("{'type': 'integer'}", "{}"),
    "an input of a document of another type": given("{'type': 'integer'}", "{'n': 'three'}"),
    "an input of a document out of bounds": given("{'type': 'integer', 'minimum': 3}", "{'n': 2}"),
    "an input of a document with a schema that is none": given(
        "{'type': 'integre', 'minimum': 3}", "{'n': 2}"
    ),
    "an input of a document with a schema of something else": given(
        "{'$ref': '#/$defs/no'}", "{'n': 2}"
    ),
    "an input of a document with a schema of itself": given("{'$ref': '#'}", "{'n': 2}"),
    "an input that a task cannot read": program("square.ports.load_inputs({'n': 'three'})"),
    "the growth of a task that has none": program(
        "from foretell.author.growth import live_growth\nlive_growth(square, None)"
    ),
}
