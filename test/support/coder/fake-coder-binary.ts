import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The properties of a fake `coder` binary. */
export interface FakeBinaryOptions {
  /** The subcommand of its utility. @default exp scaletest */
  readonly words?: readonly string[];
  /** Flags that it does not have. */
  readonly without?: readonly string[];
  /** Its loadtest takes a file of JSON, as the first one did; it has no utility with subcommands. */
  readonly isFirst?: boolean;
  /** Answers a question for an unknown subcommand with its parent's help and success. */
  readonly showsParentsHelp?: boolean;
  /** Runs of create-workspaces that fail after their workspace was made, by index, with the error that it prints. */
  readonly failing?: Readonly<Record<number, string>>;
  /** Connections that read nothing and pass all the same. */
  readonly silent?: readonly number[];
  /** Connections that fail, by index, with the error that it prints. */
  readonly broken?: Readonly<Record<number, string>>;
  /** Once its workspaces are there it waits to be stopped; `deaf` also to SIGINT. */
  readonly waits?: "listening" | "deaf";
  /** Ends without a report, saying this. */
  readonly dies?: string;
}

export interface FakeBinary extends AsyncDisposable {
  readonly path: string;
  /** Its calls that did something, in order. */
  calls(): Promise<
    {
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly pid: number;
    }[]
  >;
}

/** The password that it gives every user, and logs in clear as Coder's utility does. */
export const PLANTED_PASSWORD = "Planted-Pass-7731";

/** Writes a `coder` binary whose utility really makes users and workspaces on the deployment that its environment names. */
export async function writeFakeBinary(options: FakeBinaryOptions = {}): Promise<FakeBinary> {
  const folder = await mkdtemp(join(tmpdir(), "refbench-fake-coder-"));
  const path = join(folder, "coder");
  const log = join(folder, "calls");
  const settings = {
    ...options,
    log,
    password: PLANTED_PASSWORD,
    createFlags: CREATE_FLAGS,
    trafficFlags: TRAFFIC_FLAGS,
  };
  await writeFile(path, `#!/usr/bin/env node\nconst options = ${JSON.stringify(settings)};\n${PROGRAM}`);
  await chmod(path, 0o755);
  await writeFile(log, "");
  return {
    path,
    calls: async () =>
      (await readFile(log, "utf8"))
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Awaited<ReturnType<FakeBinary["calls"]>>[number]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const COMMON = ["cleanup-concurrency", "concurrency", "job-timeout", "output", "timeout", "use-host-login"];
const CREATE_FLAGS = [
  ...COMMON,
  ...[
    "count",
    "max-failures",
    "no-cleanup",
    "no-wait-for-agents",
    "parameter",
    "retry",
    "rich-parameter-file",
  ],
  ...["run-command", "run-expect-output", "run-expect-timeout", "run-timeout", "template"],
];
const TRAFFIC_FLAGS = [
  ...COMMON,
  ...[
    "bytes-per-tick",
    "scaletest-prometheus-address",
    "scaletest-prometheus-wait",
    "ssh",
    "target-workspaces",
  ],
  "tick-interval",
];

const PROGRAM = String.raw`
const fs = require("node:fs");
const words = options.words ?? ["exp", "scaletest"];
const args = process.argv.slice(2);
const isHelp = args.includes("--help");
const flag = (name) => args.find((arg) => arg.startsWith("--" + name + "="))?.slice(name.length + 3);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (args[0] === "version") say("Coder v2.31.0 Thu Feb 5 10:00:00 UTC 2026\nhttps://github.com/coder/coder\n");
else if (isHelp) help(args.filter((arg) => arg !== "--help"));
else void utility();

function say(text) {
  process.stdout.write(text);
}

function help(asked) {
  const at = asked.slice(0, -1).join(" ");
  const subcommand = asked.at(-1);
  const flags = { "create-workspaces": options.createFlags, "workspace-traffic": options.trafficFlags }[subcommand];
  if (options.isFirst && asked.join(" ") === "loadtest")
    return say("USAGE:\n  coder loadtest --config <path> [flags]\n\nOPTIONS:\n      --config string\n");
  if (!options.isFirst && at === words.join(" ") && flags !== undefined) {
    const known = flags.filter((name) => !(options.without ?? []).includes(name));
    const lines = known.map((name) => (name === "count" ? "  -c, --count int\n" : "      --" + name + " string, $CODER_SCALETEST_X\n          See --other-flag for more.\n"));
    return say("coder v2.31.0\n\nUSAGE:\n  coder " + asked.join(" ") + " [flags]\n\nOPTIONS:\n" + lines.join("\n"));
  }
  if (options.showsParentsHelp) return say("USAGE:\n  coder <subcommand>\n\nSUBCOMMANDS:\n  login\n");
  process.stderr.write('error: unrecognized subcommand "' + asked.join(" ") + '"\n');
  process.exitCode = 1;
}

async function api(method, path, { token = process.env.CODER_SESSION_TOKEN, body } = {}) {
  const response = await fetch(process.env.CODER_URL + "/api/v2" + path, {
    method,
    headers: { "Coder-Session-Token": token },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(method + " " + path + ": " + response.status + " " + text);
  return text === "" ? {} : JSON.parse(text);
}

async function utility() {
  fs.appendFileSync(options.log, JSON.stringify({ args, env: process.env, pid: process.pid }) + "\n");
  const stopped = new Promise((resolve) => process.on("SIGINT", () => options.waits !== "deaf" && resolve()));
  const runs = args.includes("create-workspaces") ? await create() : await traffic();
  if (options.waits !== undefined) {
    const alive = setInterval(() => {}, 1000);
    await stopped;
    clearInterval(alive);
  }
  if (options.dies !== undefined) {
    process.stderr.write(options.dies);
    process.exit(1);
  }
  const failed = Object.values(runs).filter((run) => run.error !== "<nil>").length;
  const total = Object.keys(runs).length;
  const report = { total_runs: total, total_pass: total - failed, total_fail: failed, elapsed: "1.5s", elapsed_ms: 1500, runs };
  fs.writeFileSync(flag("output").replace("json:", ""), JSON.stringify(report));
}

function runOf(kind, id, startedMs, more) {
  const duration = Date.now() - startedMs;
  return [kind + "/" + id, { full_id: kind + "/" + id, test_name: kind, id: String(id), started_at: new Date(startedMs).toISOString(), duration: duration / 1000 + "s", duration_ms: duration, ...more }];
}

async function create() {
  const [{ id: organization }] = await api("GET", "/organizations");
  const templates = await api("GET", "/organizations/" + organization + "/templates");
  const template = templates.find(({ name }) => name === flag("template"));
  const known = await api("GET", "/templateversions/" + template.active_version_id + "/rich-parameters");
  const given = { ...JSON.parse(fs.readFileSync(flag("rich-parameter-file") ?? "/dev/null", "utf8") || "{}") };
  for (const arg of args.filter((one) => one.startsWith("--parameter="))) given[arg.slice(12).split("=")[0]] = arg.slice(12).split("=").slice(1).join("=");
  // As the real one, which asks its terminal, also for what has a default.
  if (known.some(({ name }) => given[name] === undefined)) {
    process.stderr.write("error: prepare build: EOF");
    process.exit(1);
  }
  const random = () => Math.random().toString(36).slice(2, 10).padEnd(8, "x");
  const all = Array.from({ length: Number(flag("count")) }, async (_, id) => {
    const startedMs = Date.now();
    const username = "scaletest-" + random() + "-" + id;
    const body = { username, email: username.slice(10) + "@scaletest.local", password: options.password, organization_ids: [organization] };
    const user = await api("POST", "/users", { body });
    const login = await api("POST", "/users/login", { body: { email: body.email, password: body.password } });
    const made = { template_id: template.id, name: "scaletest-" + random() + "-" + id, rich_parameter_values: Object.entries(given).map(([name, value]) => ({ name, value })) };
    let workspace = await api("POST", "/users/" + user.id + "/workspaces", { token: login.session_token, body: made });
    for (const isUp = (one) => one.latest_build.resources.flatMap((each) => each.agents ?? []).some((agent) => agent.status === "connected"); !isUp(workspace); await sleep(50))
      workspace = await api("GET", "/workspaces/" + workspace.id);
    const logs = "Creating user:\nsdk request  method=POST  body=" + JSON.stringify(JSON.stringify(body) + "\n") +
      "\nPassword: " + options.password + "\nsdk response  body=" + JSON.stringify(JSON.stringify(login)) + "\nsdk request  body=" + JSON.stringify(JSON.stringify(made)) + "\n";
    return runOf("workspacebuild", id, startedMs, { logs, error: options.failing?.[id] ?? "<nil>" });
  });
  return Object.fromEntries(await Promise.all(all));
}

async function traffic() {
  const [from, to] = flag("target-workspaces").split(":").map(Number);
  const startedMs = Date.now();
  await sleep(parseInt(flag("timeout")));
  const ids = Array.from({ length: to - from }, (_, index) => from + index);
  return Object.fromEntries(ids.map((id) => {
    const read = options.silent?.includes(id) ? 0 : 2048;
    return runOf("workspace-traffic", id, startedMs, { logs: "", error: options.broken?.[id] ?? "<nil>", metrics: { bytes_read: read, bytes_written: 2000 } });
  }));
}
`;
