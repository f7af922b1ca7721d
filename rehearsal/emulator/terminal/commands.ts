import { setTimeout as delay } from "node:timers/promises";
import { ExitShell, type Invocation, type Streams } from "./invocation.ts";

type Run = (invocation: Invocation) => number | Promise<number>;

const INTERRUPTED = 130;
/** One answer is built in memory. */
const SEQ_LIMIT = 1_000_000;
const KERNEL = { s: "Linux", n: "", r: "6.1.0", v: "#1 SMP", m: "x86_64", o: "GNU/Linux" };

/** The commands that exist in an emulated workspace. */
export const SHELL_COMMANDS: Readonly<Record<string, Run>> = {
  ":": () => 0,
  true: () => 0,
  false: () => 1,
  exit: ({ shell, args }) => {
    throw new ExitShell(args[0] === undefined ? shell.status : Number(args[0]) & 255);
  },
  echo: ({ args, out }) => {
    const bare = args[0] === "-n";
    out(`${args.slice(bare ? 1 : 0).join(" ")}${bare ? "" : "\n"}`);
    return 0;
  },
  printf: ({ args: [format = "", ...values], out }) => {
    out(formatted(format, values));
    return 0;
  },
  sleep: async ({ args, signal, err }) => {
    const seconds = args.reduce((sum, arg) => sum + secondsIn(arg), 0);
    if (args.length === 0 || Number.isNaN(seconds)) {
      err(`sleep: invalid time interval '${args.join(" ")}'\n`);
      return 1;
    }
    return delay(Math.min(seconds * 1_000, 2 ** 31 - 1), undefined, { signal }).then(
      () => 0,
      () => INTERRUPTED,
    );
  },
  seq: ({ args, out }) => {
    const [one = 1, two, three] = args.map(Number);
    const first = two === undefined ? 1 : one;
    const step = three === undefined ? 1 : (two ?? 1);
    const last = three ?? two ?? one;
    const count = Math.floor((last - first) / step) + 1;
    if (!Number.isFinite(count) || count > SEQ_LIMIT) return 1;
    out(Array.from({ length: Math.max(0, count) }, (_, index) => `${first + index * step}\n`).join(""));
    return 0;
  },
  cat: async ({ args, input, out, err, signal }) => {
    const files = args.filter((arg) => arg !== "-" && arg !== "/dev/stdin" && arg !== "/dev/null");
    for (const file of files) err(`cat: ${file}: No such file or directory\n`);
    if (files.length > 0) return 1;
    if (args.length > 0 && args.every((arg) => arg === "/dev/null")) return 0;
    await input.drain(out, signal);
    return signal.aborted ? INTERRUPTED : 0;
  },
  dd: async ({ args, input, out, err, signal }) => {
    const operands = new Map(args.map((arg) => [arg.split("=", 1)[0], arg.slice(arg.indexOf("=") + 1)]));
    const target = operands.get("of") ?? "/dev/stdout";
    let total = 0;
    const write = target === "/dev/null" ? (): void => undefined : out;
    await input.drain((chunk) => {
      total += chunk.length;
      write(chunk);
    }, signal);
    if (operands.get("status") !== "none") err(`${total} bytes copied\n`);
    return signal.aborted ? INTERRUPTED : 0;
  },
  wc: async ({ args, input, out, signal }) => {
    let bytes = 0;
    let lines = 0;
    await input.drain((chunk) => {
      bytes += chunk.length;
      for (const byte of chunk) if (byte === 10) lines += 1;
    }, signal);
    out(args[0] === "-c" ? `${bytes}\n` : args[0] === "-l" ? `${lines}\n` : `${lines} ${bytes}\n`);
    return 0;
  },
  read: async ({ shell, args, input, signal }) => {
    const line = await input.readLine(signal);
    if (line === undefined) return signal.aborted ? INTERRUPTED : 1;
    shell.env.set(args.at(-1) ?? "REPLY", line);
    return 0;
  },
  sh: ({ shell, args, out, err, input, signal }) =>
    args[0] === "-c" ? shell.runToExit(args[1] ?? "", { input, out, err }, signal) : 0,
  uname: ({ shell, args, out }) => {
    const fields = { ...KERNEL, n: shell.host.hostname };
    const asked = args.length === 0 ? "s" : args.join("").replaceAll("-", "");
    const letters = asked.includes("a") ? "snrvmo" : asked;
    out(`${Array.from(letters, (letter) => fields[letter as keyof typeof fields]).join(" ")}\n`);
    return 0;
  },
  whoami: ({ shell, out }) => print(out, shell.host.user),
  hostname: ({ shell, out }) => print(out, shell.host.hostname),
  id: ({ shell, args, out }) =>
    print(out, args[0] === "-u" ? "1000" : `uid=1000(${shell.host.user}) gid=1000(${shell.host.user})`),
  pwd: ({ shell, out }) => print(out, shell.cwd),
  nproc: ({ out }) => print(out, "2"),
  date: ({ args, out }) =>
    print(out, args[0] === "+%s" ? String(Math.floor(Date.now() / 1_000)) : new Date().toUTCString()),
  cd: ({ shell, args }) => {
    const to = args[0] ?? shell.env.get("HOME") ?? "/";
    shell.cwd = to.startsWith("/") ? to : `${shell.cwd}/${to}`;
    shell.env.set("PWD", shell.cwd);
    return 0;
  },
  export: ({ shell, args }) => {
    for (const arg of args)
      if (arg.includes("=")) shell.env.set(arg.split("=", 1)[0] ?? "", arg.slice(arg.indexOf("=") + 1));
    return 0;
  },
  unset: ({ shell, args }) => {
    for (const arg of args) shell.env.delete(arg);
    return 0;
  },
  env: ({ shell, out }) => print(out, [...shell.env].map(([name, value]) => `${name}=${value}`).join("\n")),
  printenv: ({ shell, args, out }) => {
    if (args[0] === undefined) return print(out, [...shell.env].map((pair) => pair.join("=")).join("\n"));
    const value = shell.env.get(args[0]);
    return value === undefined ? 1 : print(out, value);
  },
  stty: ({ args, terminal, out, err }) => {
    if (!terminal) {
      err("stty: 'standard input': Inappropriate ioctl for device\n");
      return 1;
    }
    if (args[0] === "size") out(`${terminal.height} ${terminal.width}\n`);
    if (args[0] === "echo" || args[0] === "-echo") terminal.echo = args[0] === "echo";
    return 0;
  },
};

function print(out: Streams["out"], line: string): number {
  out(`${line}\n`);
  return 0;
}

function secondsIn(text: string): number {
  const match = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  const unit = { "": 1, s: 1, m: 60, h: 3_600, d: 86_400 }[match?.[2] ?? ""] ?? 1;
  return match ? Number(match[1]) * unit : NaN;
}

/** Formats by `%s`, `%d`, `%%` and the usual escapes; the format is used again while values remain. */
function formatted(format: string, values: readonly string[]): string {
  const rest = [...values];
  let text = "";
  do {
    const before = rest.length;
    text += format.replace(/%(?:%|[sd])|\\([ntr\\]|0[0-7]{0,3})/g, (token, escape: string | undefined) => {
      if (token === "%%") return "%";
      if (token === "%d") return String(parseInt(rest.shift() ?? "0", 10) || 0);
      if (token === "%s") return rest.shift() ?? "";
      if (escape?.startsWith("0")) return String.fromCharCode(parseInt(escape, 8));
      return { n: "\n", t: "\t", r: "\r" }[escape ?? ""] ?? "\\";
    });
    if (rest.length === before) break;
  } while (rest.length > 0);
  return text;
}
