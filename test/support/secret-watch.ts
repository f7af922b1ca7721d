import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { setTimeout } from "node:timers/promises";

/** The only files that may hold secrets, for their owner's eyes only. */
const HOLDERS = ["secrets.json", "secrets.auto.tfvars.json"];

/** On a load runner's own disk, and where the twin's cloud keeps secrets: as long as either lives. */
const PASSING = ["task.json", "tls.key"];

/** The end of a draft's name: a file is written whole under another name before it gets its own. */
const DRAFT_END = /\.[0-9a-f]{8,12}(\.tmp)?$/;

/** Of `secrets.json`, and no secrets. */
const KNOWN_TO_ALL = ["adminEmail", "adminUsername"];

/** Looks for secrets where none may be, again and again while a command runs: files come and go, and arguments too. */
export class SecretWatch implements AsyncDisposable {
  readonly #root: string;
  readonly #secrets: Map<string, string>;
  readonly #found = new Set<string>();
  /** Files that need not be read again until they change, or one more secret is known. */
  readonly #seen = new Map<string, string>();
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>;

  /** Below a folder, for what lies in its `secrets.json` files and for what the test planted. */
  constructor(root: string, planted: Readonly<Record<string, string>>) {
    this.#root = root;
    this.#secrets = new Map(Object.entries(planted));
    this.#watching = this.#watch();
  }

  /** The names of the secrets that were looked for. */
  get names(): readonly string[] {
    return [...this.#secrets.keys()].sort();
  }

  /** Returns where forbidden secrets were seen, after one last look; the texts are searched too, by their names. */
  async end(texts: Readonly<Record<string, string>>): Promise<readonly string[]> {
    this.#stop.abort();
    await this.#watching;
    await this.#look((name) => HOLDERS.includes(name));
    for (const [name, text] of Object.entries(texts)) this.#read(name, text);
    return [...this.#found].sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#look((name) => [...HOLDERS, ...PASSING].includes(name.replace(DRAFT_END, "")));
      await setTimeout(250, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(mayHold: (name: string) => boolean): Promise<void> {
    const files = await filesBelow(this.#root);
    for (const file of files.filter((path) => basename(path) === "secrets.json")) await this.#learn(file);
    for (const file of files) {
      const { mtimeMs, size, mode } = (await stat(file).catch(() => undefined)) ?? {
        mtimeMs: 0,
        size: 0,
        mode: 0,
      };
      if (mayHold(basename(file)) && (mode & 0o077) === 0) continue;
      const state = `${mtimeMs} ${size} ${this.#secrets.size}`;
      if (this.#seen.get(file) === state) continue;
      this.#seen.set(file, state);
      this.#read(relative(this.#root, file), await readFile(file, "latin1").catch(() => ""));
    }
    for (const pid of await readdir("/proc").catch(() => [])) {
      if (!/^\d+$/.test(pid)) continue;
      const line = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
      this.#read(`the arguments of ${line.split("\0")[0] ?? ""}`, line);
    }
  }

  async #learn(file: string): Promise<void> {
    const text = await readFile(file, "utf8").catch(() => "{}");
    for (const [name, value] of Object.entries(JSON.parse(text) as Record<string, string>))
      if (!KNOWN_TO_ALL.includes(name)) this.#secrets.set(name, needleOf(value));
  }

  #read(where: string, text: string): void {
    for (const [name, secret] of this.#secrets) {
      const forms = [secret, Buffer.from(secret).toString("base64").slice(0, -4), encodeURIComponent(secret)];
      if (forms.some((form) => text.includes(form))) this.#found.add(`${name} in ${where}`);
    }
  }
}

/** Returns the text to search for: of a key of many lines, one that only its private half contains. */
function needleOf(secret: string): string {
  const lines = secret.trim().split("\n");
  return lines.length > 3 ? lines.at(-3)! : secret;
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
