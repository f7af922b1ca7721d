import { type RunningShell, type WorkspaceHost, ExitShell, type Streams } from "./invocation.ts";
import { SHELL_COMMANDS } from "./commands.ts";
import { InputQueue } from "./input-queue.ts";
import { parseScript, ShellSyntaxError, type Command, type Part, type Pipeline } from "./shell-syntax.ts";

/**
 * A small POSIX-like shell inside this process: a terminal costs no process, so that 10,000 fit. It runs the commands
 * of `commands.ts`; anything else is not found, as it would be in an empty image.
 */
export class Shell implements RunningShell {
  readonly host: WorkspaceHost;
  readonly env: Map<string, string>;
  cwd: string;
  status = 0;
  /** Counts input lines, for error messages. */
  line = 0;

  constructor(host: WorkspaceHost) {
    this.host = host;
    this.cwd = `/home/${host.user}`;
    this.env = new Map(
      Object.entries({
        HOME: this.cwd,
        USER: host.user,
        SHELL: "/bin/sh",
        PATH: "/usr/local/bin:/usr/bin:/bin",
        PWD: this.cwd,
        CODER: "true",
        ...host.env,
      }),
    );
  }

  /** Runs a script to its end and returns its status; `exit` throws `ExitShell`. */
  async run(script: string, streams: Streams, signal: AbortSignal): Promise<number> {
    this.line += 1;
    let pipelines: Pipeline[];
    try {
      pipelines = parseScript(script);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      streams.err(`sh: ${this.line}: ${error.message}\n`);
      this.status = 2;
      return this.status;
    }
    for (const { after, commands } of pipelines) {
      if (signal.aborted) return (this.status = 130);
      if (after === "&&" && this.status !== 0) continue;
      if (after === "||" && this.status === 0) continue;
      this.status = await this.#pipeline(commands, streams, signal);
    }
    return this.status;
  }

  /** `sh -c`: runs the script and turns `exit` into its status. */
  async runToExit(script: string, streams: Streams, signal: AbortSignal): Promise<number> {
    try {
      return await this.run(script, streams, signal);
    } catch (error) {
      if (error instanceof ExitShell) return error.status;
      throw error;
    }
  }

  async #pipeline(commands: readonly Command[], streams: Streams, signal: AbortSignal): Promise<number> {
    const [only] = commands;
    if (commands.length === 1 && only) return this.#command(only, streams, signal);
    let input = streams.input;
    const running = commands.map((command, index) => {
      const isLast = index === commands.length - 1;
      const next = new InputQueue();
      const out = isLast ? streams.out : (bytes: string | Buffer): void => next.push(Buffer.from(bytes));
      const result = this.#command(command, { ...streams, input, out }, signal).finally(() => next.end());
      input = next;
      return result;
    });
    const statuses = await Promise.all(running);
    return statuses.at(-1) ?? 0;
  }

  async #command(command: Command, streams: Streams, signal: AbortSignal): Promise<number> {
    const redirected = this.#redirect(command, streams);
    if (typeof redirected === "number") return redirected;
    const [name, ...args] = command.words.flatMap((word) => this.#expand(word));
    if (name === undefined) return 0;
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(name);
    if (assignment) {
      this.env.set(assignment[1] ?? "", assignment[2] ?? "");
      return 0;
    }
    const run = SHELL_COMMANDS[name.replace(/^(\/usr)?(\/local)?\/bin\//, "")];
    if (!run) {
      redirected.err(`sh: ${this.line}: ${name}: not found\n`);
      return 127;
    }
    return run({ ...redirected, shell: this, args, signal });
  }

  #redirect({ redirects }: Command, streams: Streams): Streams | number {
    let { input, out, err } = streams;
    for (const { stream, target } of redirects) {
      if (target === "&1") err = out;
      else if (target === "&2") out = err;
      else if (target !== "/dev/null") {
        streams.err(`sh: ${this.line}: cannot create ${target}: Read-only file system\n`);
        return 2;
      } else if (stream === "in") {
        input = new InputQueue();
        input.end();
      } else if (stream === "out") out = () => undefined;
      else err = () => undefined;
    }
    return { ...streams, input, out, err };
  }

  /** One word may become none (an empty variable) or several (one with blanks). */
  #expand(parts: readonly Part[]): string[] {
    const fields: string[] = [];
    let field: string | undefined;
    for (const part of parts) {
      if ("text" in part || part.quoted) {
        field = (field ?? "") + ("text" in part ? part.text : this.#value(part.variable));
        continue;
      }
      const [first, ...rest] = this.#value(part.variable).split(/[ \t\n]+/);
      if (first !== undefined && (first !== "" || field !== undefined)) field = (field ?? "") + first;
      for (const next of rest) {
        if (field !== undefined) fields.push(field);
        field = next === "" ? undefined : next;
      }
    }
    if (field !== undefined) fields.push(field);
    return fields;
  }

  #value(name: string): string {
    if (name === "?") return String(this.status);
    if (name === "$") return "42";
    if (name === "#") return "0";
    if (name === "0") return "sh";
    return this.env.get(name) ?? "";
  }
}
