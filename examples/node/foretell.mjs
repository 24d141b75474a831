// What a task in JavaScript needs to speak foretell's protocol: one JSON object a line, on stdin and stdout.
//
//     import { serve } from "./foretell.mjs";
//     await serve({ square: ({ n }) => n * n });
//
// A task is a function of its inputs and of its trial, which may report and grow. What it grows can stand
// in what it returns: its result comes there. Needs nothing but Node.

import { createInterface } from "node:readline";

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
console.log = console.error; // stdout is the protocol's, and stderr is the log

/** Runs the trial that this process was started for, by the function with the name of its task. */
export async function serve(tasks) {
  const trial = new Trial();
  say({ kind: "ready" });
  const start = await trial.next();
  trial.start = start;
  try {
    const task = tasks[start.task];
    if (!task) throw new Error(`there is no ${start.task} here, only ${Object.keys(tasks).join(", ")}`);
    const holes = [];
    const output = withHoles((await task(start.inputs ?? {}, trial)) ?? null, "", holes);
    say({ kind: "finish", output, holes });
  } catch (error) {
    say({ kind: "fail", error: String(error), trace: error?.stack ?? "" });
  }
  process.stdin.destroy();
}

/** What a change is refused for. The trial may go on. */
export class Refused extends Error {}

/** A node that was grown. Returned, it stands for its result. */
class Grown {
  constructor(node) {
    this.node = node;
  }
}

class Trial {
  #heard = [];
  #waiting = [];
  #requests = 0;
  #names = new Map();

  constructor() {
    const lines = createInterface({ input: process.stdin });
    lines.on("line", (line) => {
      const message = JSON.parse(line);
      if (message.kind === "cancel") process.exit(143);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(message);
      else this.#heard.push(message);
    });
    // Nobody is left to work for.
    lines.on("close", () => this.#waiting.length && process.exit(1));
  }

  /** The next message of the orchestrator. */
  next() {
    const message = this.#heard.shift();
    return message ? message : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** How far the task is. */
  progress(done, total, message = "") {
    say({ kind: "progress", done, total, message });
  }

  /** Emits a chunk in one of the task's ports. */
  emit(port, chunk) {
    say({ kind: "chunk", port, chunk });
  }

  /** Grows a node of `task`. Rejected with `Refused` where a law is in the way; a broken promise ends the run. */
  async grow(task, inputs) {
    const [grown] = await this.growAll(task, [inputs]);
    return grown;
  }

  /** A node for each of these inputs, all of them or none. */
  async growAll(task, allInputs) {
    const nodes = allInputs.map((inputs) => ({ id: this.#id(task), task, inputs }));
    const reply = await this.#ask("change", { nodes });
    if (!reply.ok) throw new Refused(reply.why);
    return nodes.map((node) => new Grown(node.id));
  }

  /** Whether a node of `task` could be grown now. */
  async would(task, inputs) {
    const nodes = [{ id: `${this.start.scope}.${task}_if`, task, inputs }];
    return (await this.#ask("would", { nodes })).ok;
  }

  async #ask(kind, change) {
    say({ kind, request: ++this.#requests, change });
    return this.next();
  }

  #id(task) {
    const count = (this.#names.get(task) ?? 0) + 1;
    this.#names.set(task, count);
    return `${this.start.scope}.${task}${count > 1 ? `_${count}` : ""}`;
  }
}

/** `value` with null in the place of what was grown, whose places are added to `holes`. */
function withHoles(value, at, holes) {
  if (value instanceof Grown) {
    holes.push({ at, node: value.node });
    return null;
  }
  if (Array.isArray(value)) return value.map((item, i) => withHoles(item, `${at}/${i}`, holes));
  if (value === null || typeof value !== "object") return value;
  const key = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, withHoles(item, `${at}/${key(name)}`, holes)]),
  );
}
