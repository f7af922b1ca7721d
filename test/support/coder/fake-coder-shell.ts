import { setTimeout as sleep } from "node:timers/promises";

export type ShellFault =
  /** Is a shell at first, and then runs nothing: prints only what is typed. */
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
  | "hangs-up"
  /** Takes one key before its shell starts. */
  | "any-key"
  /** Takes one line before its shell starts. */
  | "asks-first"
  /** Shows a menu for ever and never becomes a shell. */
  | "menu";

/** What refbench asks every shell first: no fault of a command's begins before it. */
const PROBE = /^echo "[a-z]+""[a-z]+"$/;

/** A terminal's shell as tests need it: echoes what is typed, prints prompts, knows echo, sleep, stty, `&&` and `;`. */
export class FakeShell {
  readonly #print: (text: string) => void;
  readonly #end: () => void;
  readonly #fault: ShellFault | undefined;
  /** All that was typed, piece by piece. */
  readonly typed: string[] = [];
  #typed = "";
  #lines = 0;
  #isEchoing = true;
  #isAnswered = false;
  #work = Promise.resolve();

  constructor(print: (text: string) => void, end: () => void, fault: ShellFault | undefined) {
    this.#print = print;
    this.#end = end;
    this.#fault = fault;
    if (fault !== "dead") print(GREETINGS[fault ?? ""] ?? "fake$ ");
  }

  type(text: string): void {
    if (this.#fault === "dead") return;
    this.typed.push(text);
    const isTaken = this.#fault === "any-key" && this.typed.length === 1;
    if (isTaken) this.#print("fake$ ");
    this.#typed += isTaken ? text.slice(1) : text;
    const lines = this.#typed.split("\r");
    this.#typed = lines.pop() ?? "";
    for (const line of lines) this.#work = this.#work.then(() => this.#run(line));
  }

  async #run(line: string): Promise<void> {
    if (this.#fault === "menu") {
      this.#print(`${line}\r\n${GREETINGS.menu}`);
      return;
    }
    if (this.#fault === "asks-first" && !this.#isAnswered) {
      this.#isAnswered = true;
      this.#print(`${line}\r\nfake$ `);
      return;
    }
    if (!PROBE.test(line)) this.#lines++;
    if (line === "exit" || this.#lines === endsAtLine(this.#fault)) {
      this.#end();
      return;
    }
    if (this.#fault === "mutes" && this.#lines > 1) return;
    if (this.#isEchoing) this.#print(`\u001b[1m${line}\u001b[0m\r\n`);
    if (this.#fault === "echo-only" && this.#lines > 0) return;
    for (const command of line.split(/&&|;/).map((part) => part.trim())) {
      const [name, ...words] = command.split(" ");
      if (name === "sleep") await sleep(Number(words[0]) * 1000);
      if (name === "stty") this.#isEchoing = words[0] !== "-echo";
      if (name === "echo") this.#print(`${this.#output(words.join(" ").replaceAll('"', ""))}\r\n`);
    }
    this.#print("fake$ ");
    if (this.#fault === "hangs-up" && this.#lines > 0) setTimeout(this.#end, 50);
  }

  /** Wrong only in what the load's command prints: nonces are hexadecimal and must go on to come back. */
  #output(text: string): string {
    if (text.length > 40 && this.#fault === "truncates") return text.slice(0, text.length / 2);
    if (text.length > 40 && this.#fault === "garbles") return text.replace(/.{3}$/, "###");
    return this.#fault === "wrong-output" && text === "hello" ? "goodbye" : text;
  }
}

const GREETINGS: Readonly<Record<string, string>> & { readonly menu: string } = {
  "any-key": "Press any key to continue",
  "asks-first": "Which project? ",
  menu: "(q) quit (0) write a new configuration\r\nYour choice: ",
};

function endsAtLine(fault: ShellFault | undefined): number | undefined {
  if (fault === "ends") return 1;
  return fault === "drops" ? 2 : undefined;
}
