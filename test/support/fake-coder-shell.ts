import { setTimeout as sleep } from "node:timers/promises";

export type ShellFault =
  /** Runs nothing: prints only what is typed. */
  | "echo-only"
  /** Prints another word than the command's. */
  | "wrong-output"
  /** Reads and prints nothing at all. */
  | "dead"
  /** Ends the connection at its second line. */
  | "drops"
  /** Ends the connection at its first line. */
  | "ends"
  /** Prints half of what is longer than a word. */
  | "truncates"
  /** Prints other letters in what is longer than a word. */
  | "garbles"
  /** Prints nothing any more after its first command. */
  | "mutes"
  /** Ends the connection while it is idle, a moment after its first command. */
  | "hangs-up";

/** A terminal's shell as tests need it: echoes what is typed, prints prompts, knows echo, sleep, stty, `&&` and `;`. */
export class FakeShell {
  readonly #print: (text: string) => void;
  readonly #end: () => void;
  readonly #fault: ShellFault | undefined;
  #typed = "";
  #lines = 0;
  #isEchoing = true;
  #work = Promise.resolve();

  constructor(print: (text: string) => void, end: () => void, fault: ShellFault | undefined) {
    this.#print = print;
    this.#end = end;
    this.#fault = fault;
    if (fault !== "dead") print("fake$ ");
  }

  type(text: string): void {
    if (this.#fault === "dead") return;
    this.#typed += text;
    const lines = this.#typed.split("\r");
    this.#typed = lines.pop() ?? "";
    for (const line of lines) this.#work = this.#work.then(() => this.#run(line));
  }

  async #run(line: string): Promise<void> {
    this.#lines++;
    if (line === "exit" || this.#lines === endsAtLine(this.#fault)) {
      this.#end();
      return;
    }
    if (this.#fault === "mutes" && this.#lines > 1) return;
    if (this.#isEchoing) this.#print(`\u001b[1m${line}\u001b[0m\r\n`);
    if (this.#fault === "echo-only") return;
    for (const command of line.split(/&&|;/).map((part) => part.trim())) {
      const [name, ...words] = command.split(" ");
      if (name === "sleep") await sleep(Number(words[0]) * 1000);
      if (name === "stty") this.#isEchoing = words[0] !== "-echo";
      if (name === "echo") this.#print(`${this.#output(words.join(" ").replaceAll('"', ""))}\r\n`);
    }
    this.#print("fake$ ");
    if (this.#fault === "hangs-up") setTimeout(this.#end, 50);
  }

  /** Wrong only in what the load's command prints: nonces are hexadecimal and must go on to come back. */
  #output(text: string): string {
    if (text.length > 40 && this.#fault === "truncates") return text.slice(0, text.length / 2);
    if (text.length > 40 && this.#fault === "garbles") return text.replace(/.{3}$/, "###");
    return this.#fault === "wrong-output" && text === "hello" ? "goodbye" : text;
  }
}

function endsAtLine(fault: ShellFault | undefined): number | undefined {
  if (fault === "ends") return 1;
  return fault === "drops" ? 2 : undefined;
}
