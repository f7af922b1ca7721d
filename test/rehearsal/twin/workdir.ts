import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { endProcess } from "../../../harness/tools/process/local-process.ts";
import type { TwinItem } from "../../../rehearsal/inventory/item.ts";
import { prepareTwin } from "../../../rehearsal/twin/environment.ts";
import type { FaultsFile } from "../../../rehearsal/twin/faults.ts";
import { listTwin } from "../../../rehearsal/twin/inventory-adapter.ts";
import { TYPES_IN_USE } from "../../../rehearsal/twin/types-in-use.ts";
import { servePlugins } from "./in-process-plugin.ts";

type Json = Record<string, unknown>;
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly output: string;
}

interface TwinOptions {
  readonly speed?: number;
  readonly faults?: unknown[];
  readonly parent?: string;
  /**
   * Whether Terraform starts the twin's plugin itself, as in a rehearsal, instead of asking this process: seconds for
   * each command. @default false
   */
  readonly startsPlugins?: boolean;
}

/** A separate twin in a temporary folder, with folders that real terraform works in. */
export class Twin implements AsyncDisposable {
  readonly root: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #startsPlugins: boolean;

  private constructor(env: NodeJS.ProcessEnv, { parent = tmpdir(), startsPlugins = false }: TwinOptions) {
    this.root = mkdtempSync(join(parent, "twin-"));
    this.#env = env;
    this.#startsPlugins = startsPlugins;
  }

  static async prepare(options: TwinOptions = {}): Promise<Twin> {
    const twin = new Twin({}, options);
    const faultsFile = join(twin.root, "faults.json");
    writeFileSync(
      faultsFile,
      JSON.stringify({ faults: options.faults ?? [] } satisfies { faults: unknown[] } | FaultsFile),
    );
    const stub = join(twin.root, "stub-emulator.mjs");
    writeFileSync(stub, STUB_EMULATOR);
    Object.assign(
      twin.#env,
      await prepareTwin({
        root: twin.root,
        speed: options.speed ?? 2_000,
        buildSpeed: 50,
        faultsFile,
        baseEnv: process.env,
      }),
      { REFBENCH_TWIN_EMULATOR: stub },
    );
    return twin;
  }

  get env(): NodeJS.ProcessEnv {
    return this.#env;
  }

  /** A folder of a stack with these blocks; its state lies in it. */
  stack(name: string, blocks: Json): string {
    const directory = join(this.root, "stacks", name);
    mkdirSync(directory, { recursive: true });
    const required_providers = Object.fromEntries(
      Object.entries(TYPES_IN_USE).map(([provider, { version }]) => [
        provider,
        { source: `hashicorp/${provider}`, version },
      ]),
    );
    const configuration = { terraform: { required_providers }, ...blocks };
    writeFileSync(join(directory, "main.tf.json"), JSON.stringify(configuration, undefined, 2));
    return directory;
  }

  async terraform(directory: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    const all = { ...this.#env, ...env };
    await using plugins = this.#startsPlugins ? undefined : await servePlugins(all);
    return outcomeOf(await startTerraform(directory, args, { ...all, ...plugins?.variables }));
  }

  async apply(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
    await this.terraform(directory, ["init"]);
    return this.terraform(directory, ["apply", "-auto-approve"], env);
  }

  /** Runs terraform, which starts its plugins, and interrupts it, as Ctrl-C would, once something holds. */
  async interrupt(
    directory: string,
    args: readonly string[],
    once: () => Promise<boolean>,
  ): Promise<Outcome> {
    const running = startTerraform(directory, args, this.#env);
    while (!(await once())) await new Promise((resolve) => setTimeout(resolve, 20));
    running.kill("SIGINT");
    return outcomeOf(await running);
  }

  destroy(directory: string): Promise<Outcome> {
    return this.terraform(directory, ["destroy", "-auto-approve"]);
  }

  items(): Promise<TwinItem[]> {
    return listTwin(this.root);
  }

  /** `kind name` of everything that exists. */
  async existing(): Promise<string[]> {
    return (await this.items()).map(({ kind, name }) => `${kind} ${name}`);
  }

  /** Everything that lies on disk, but the plugin's own files. */
  files(): string[] {
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process: behind } of await this.items())
      if (behind !== undefined) await endProcess(behind, { graceMs: 2_000 });
    rmSync(this.root, { recursive: true, force: true });
  }
}

function startTerraform(directory: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const options = { cwd: directory, env, extendEnv: false, reject: false, all: true } as const;
  return execa("terraform", [...args, "-no-color"], options);
}

function outcomeOf({ exitCode, all }: Awaited<ReturnType<typeof startTerraform>>): Outcome {
  return { exitCode, output: unwrapped(all) };
}

/** Terraform wraps its messages to the width of a terminal. */
const unwrapped = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

/** Says that it is ready, answers its configuration on every path, ends by SIGTERM. */
const STUB_EMULATOR = `
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { readFileSync } from "node:fs";
const config = JSON.parse(readFileSync(process.argv[3], "utf8"));
const { tls } = config;
const answer = (_request, response) => response.end(JSON.stringify(config));
const server = tls
  ? createTlsServer({ cert: tls.certificate, key: readFileSync(tls.keyFile) }, answer)
  : createServer(answer);
const scheme = tls ? "https://" : "http://";
server.listen(config.port, config.host, () => {
  const { port } = server.address();
  process.stdout.write(JSON.stringify({ url: scheme + config.host + ":" + port, pid: process.pid }) + "\\n");
});
`;
