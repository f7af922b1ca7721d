import { PassThrough } from "node:stream";
import type { Command, Option } from "commander";
import { programOf } from "../../../harness/cli/main.ts";
import { addOutput, TEXT_ON_STDOUT } from "../../../harness/results/format/output-spec.ts";
import { textNear } from "../mutations.ts";
import { type Outcome, type Target, target } from "../target.ts";

/** Values that some flag takes, in the forms that there are. */
const VALUES = [
  ...["0", "1", "5", "0.5", "1200", "90s", "1m30s", "500ms", "4h", "7d", "5/s", "300/m", "2/s:30s,10/s:1m"],
  ...["p95=500ms,errors=5%", "0:50", "name=value", "text", "json:result.json", "gke/canary,eks/100", "true"],
  ...[
    "http://127.0.0.1:7080",
    "https://coder.example.com",
    "gs://bucket/prefix",
    "s3://bucket/p?region=us-east-1",
  ],
  ...[
    "file:///tmp/folder",
    "198.51.100.0/24",
    "arn:aws:iam::123456789012:role/human",
    "us-east1-b",
    "2.31.0",
  ],
  ...[
    "01jd0000000000000000000000",
    "0".repeat(64),
    "stable",
    "cpu=1",
    '{"run":"01jd0000000000000000000000"}',
  ],
];

/** The longest duration of a wait, stage or run. Beyond it Node's timers fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** A duration that is compared with stamps may be longer, but must result in a date. */
const AGES: ReadonlySet<string> = new Set(["--ttl", "--keep-on-failure", "--older-than"]);
const LONGEST_AGE_MS = 8.64e15 - Date.UTC(2100, 0, 1);

/** Every flag of every command whose text is read; a new one joins automatically. */
export const flags: readonly Target[] = [
  ...commandsOf(await program()).flatMap(({ path, command }) =>
    command.options
      .filter((option) => option.parseArg !== undefined && option.argChoices === undefined)
      .map((option) => flagTarget(path, option)),
  ),
  target({
    name: "flag --output",
    inputs: textNear(VALUES),
    read: (bytes: Uint8Array): Outcome => {
      addOutput(Buffer.from(bytes).toString(), TEXT_ON_STDOUT);
      return { state: "accepted" };
    },
  }),
];

function program(): Promise<Command> {
  const sink = new PassThrough().resume();
  return programOf({ stdout: sink, stderr: sink, env: {}, cwd: "/", exit: () => undefined }, "0.0.0");
}

interface Placed {
  readonly path: string;
  readonly command: Command;
}

function commandsOf(command: Command, path = ""): readonly Placed[] {
  return command.commands.flatMap((child) => {
    const own = `${path} ${child.name()}`.trim();
    return [{ path: own, command: child }, ...commandsOf(child, own)];
  });
}

function flagTarget(path: string, option: Option): Target {
  const { parseArg, defaultValue } = option;
  return target({
    name: `flag ${path} ${option.long ?? option.flags}`,
    inputs: textNear(VALUES),
    read: (bytes: Uint8Array): Outcome => {
      const before = Array.isArray(defaultValue) ? defaultValue : [];
      const parse = parseArg as (text: string, before: unknown) => unknown;
      const value = parse(Buffer.from(bytes).toString(), before);
      refuseImpossible(value, option);
      return { state: "accepted" };
    },
  });
}

/** A number that no timer, count or record can hold must not come out of a flag. */
function refuseImpossible(value: unknown, option: Option): void {
  if (typeof value !== "number") return;
  if (!Number.isFinite(value)) throw new Error(`${option.flags} gives ${value}`);
  const isDuration = option.flags.includes("<duration>");
  const mostMs = AGES.has(option.long ?? "") ? LONGEST_AGE_MS : LONGEST_MS;
  if (isDuration && value > mostMs)
    throw new Error(`${option.flags} gives ${value} ms, which no timer can wait for`);
  const isRate = /rate|per-(second|minute)/.test(option.flags);
  if (option.flags.includes("<n>") && !isRate && !Number.isSafeInteger(value))
    throw new Error(`${option.flags} gives ${value}, which is not an exact number`);
}
