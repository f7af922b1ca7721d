import { InputQueue } from "./input-queue.ts";

/** Anything that is not simply shown: control characters (`Cc`) below 160. */
const CONTROL = /\p{Cc}/u;
const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACE = 8;
const LF = 10;
const CR = 13;
const CTRL_U = 21;
const DELETE = 127;
/** As Linux: what is typed beyond this without a line's end is lost. */
const LINE_LIMIT = 4_095;

/** A terminal's line discipline: echo, line editing, `^C` and `^D`, and `\n` shown as `\r\n`. */
export class Tty {
  readonly input = new InputQueue();
  width: number;
  height: number;
  echo = true;
  /** Shows nothing any more, neither output nor echo. */
  isMute = false;
  /** `^C`: set by whatever runs in the foreground. */
  onInterrupt: () => void = () => undefined;
  readonly #show: (bytes: Buffer) => void;
  #line: Buffer[] = [];
  #length = 0;

  constructor(size: { readonly width: number; readonly height: number }, show: (bytes: Buffer) => void) {
    this.width = size.width;
    this.height = size.height;
    this.#show = (bytes) => {
      if (!this.isMute) show(bytes);
    };
  }

  /** Shows a program's output. */
  write(output: string | Buffer): void {
    if (output.length === 0) return;
    const text = typeof output === "string" ? output : output.toString("latin1");
    const shown = text.includes("\n") ? text.replaceAll("\n", "\r\n") : text;
    this.#show(Buffer.from(shown, typeof output === "string" ? "utf8" : "latin1"));
  }

  /** Takes a person's input. */
  type(data: Buffer): void {
    const text = data.toString("latin1");
    if (!CONTROL.test(text)) {
      this.#echo(data);
      this.#add(data);
      return;
    }
    let start = 0;
    for (let index = 0; index < data.length; index += 1) {
      const byte = data[index] ?? 0;
      if (byte >= 32 && byte !== DELETE) continue;
      if (index > start) this.type(data.subarray(start, index));
      start = index + 1;
      this.#control(byte);
    }
    if (start < data.length) this.type(data.subarray(start));
  }

  /** The other end hung up. */
  hangUp(): void {
    this.input.end();
  }

  #control(byte: number): void {
    switch (byte) {
      case CR:
      case LF:
        this.#echo(Buffer.from("\r\n"));
        this.#deliver(Buffer.from("\n"));
        return;
      case CTRL_C:
        this.#echo(Buffer.from("^C"));
        this.#clear();
        this.onInterrupt();
        return;
      case CTRL_D:
        if (this.#length === 0) this.input.push(null);
        else this.#deliver(Buffer.alloc(0));
        return;
      case DELETE:
      case BACKSPACE:
        this.#erase(1);
        return;
      case CTRL_U:
        this.#erase(this.#length);
        return;
      case 9:
        this.#echo(Buffer.from("\t"));
        this.#add(Buffer.from("\t"));
        return;
      default:
        this.#echo(Buffer.from(`^${String.fromCharCode(byte + 64)}`));
        this.#add(Buffer.from([byte]));
    }
  }

  #add(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.max(0, LINE_LIMIT - this.#length));
    if (kept.length === 0) return;
    this.#line.push(kept);
    this.#length += kept.length;
  }

  #deliver(end: Buffer): void {
    const line = Buffer.concat([...this.#line, end]);
    this.#clear();
    this.input.push(line);
  }

  #erase(count: number): void {
    const line = Buffer.concat(this.#line);
    const left = Math.max(0, line.length - count);
    this.#echo(Buffer.from("\b \b".repeat(line.length - left)));
    this.#line = left === 0 ? [] : [line.subarray(0, left)];
    this.#length = left;
  }

  #clear(): void {
    this.#line = [];
    this.#length = 0;
  }

  #echo(bytes: Buffer): void {
    if (this.echo && bytes.length > 0) this.#show(bytes);
  }
}
