import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { gunzipSync } from "node:zlib";
import type { CallKubernetes, KubernetesAnswer } from "../../harness/kubernetes/api.ts";
import { type PodCommand, PodConnectionError, type PodProcess } from "../../harness/kubernetes/exec.ts";
import type { JobCluster } from "../../harness/workload/pods/cluster.ts";
import { POD_FILES } from "../../harness/workload/pods/manifests.ts";

type Fields = Record<string, unknown>;
interface FakePod {
  readonly name: string;
  readonly uid: string;
  readonly index: number;
  /** The place of its files. */
  readonly root: string;
  status: Fields;
}

const READY = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };

/**
 * A cluster in this process, of which the pods are folders and the programs in them real processes. It answers as far
 * as a Job of workers asks it.
 */
export class FakeJobCluster implements JobCluster, AsyncDisposable {
  readonly name = "the test's cluster";
  /** Method and path of each call, with its body. */
  readonly calls: string[] = [];
  /** The command of each program. */
  readonly commands: string[] = [];
  readonly objects = new Map<string, Fields>();
  readonly pods = new Map<string, FakePod>();
  /** What the API says in place of an answer, while it is set. */
  refuses: ((method: string, path: string) => KubernetesAnswer | undefined) | undefined;
  /** The status of new pods. */
  newStatus: Fields = READY;
  /** Messages of events about the Job. */
  events: { readonly reason: string; readonly message: string }[] = [];
  readonly #root = mkdtempSync(join(tmpdir(), "refbench-pods-"));
  readonly #running = new Set<{ readonly cut: () => void }>();
  #made = 0;

  readonly call: CallKubernetes = (method, path, signal, body) => {
    signal.throwIfAborted();
    this.calls.push(`${method} ${path} ${body === undefined ? "" : JSON.stringify(body)}`);
    return Promise.resolve(
      this.refuses?.(method, path) ?? this.#answer(method, path, body as Fields | undefined),
    );
  };

  readonly exec = (command: PodCommand, signal: AbortSignal): Promise<PodProcess> => {
    signal.throwIfAborted();
    this.commands.push(command.command.join(" "));
    const pod = [...this.pods.values()].find(({ name }) => name === command.pod);
    const isDown = this.refuses?.("EXEC", command.pod) !== undefined;
    if (pod === undefined || isDown || pod.status["phase"] !== "Running")
      return Promise.reject(new PodConnectionError("no connection"));
    const words = command.command.slice(1).map((word) => word.replace(POD_FILES.work, `${pod.root}/work`));
    const child = spawn(process.execPath, words, { stdio: "pipe", env: {} });
    child.stdin.on("error", () => undefined);
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    stdin.pipe(child.stdin);
    child.stdout.pipe(stdout);
    child.stderr.pipe(stderr);
    for (const stream of [stdin, stdout, stderr]) stream.on("error", () => undefined);
    let lose: (error: Error) => void = () => undefined;
    const ended = new Promise<{ code: number }>((resolve, reject) => {
      lose = reject;
      child.on("close", (code) => resolve({ code: code ?? 137 }));
    });
    ended.catch(() => undefined);
    const running = {
      cut: (): void => {
        const error = new PodConnectionError("the connection closed");
        lose(error);
        for (const stream of [stdin, stdout, stderr]) stream.destroy(error);
        child.stdin.destroy();
        this.#running.delete(running);
      },
    };
    this.#running.add(running);
    return Promise.resolve({ stdin, stdout, stderr, ended, [Symbol.dispose]: running.cut });
  };

  /** Cuts every connection, as an API server that goes away does. */
  cut(): void {
    for (const running of [...this.#running]) running.cut();
  }

  /** Ends a pod with this status, kills what runs in it, and lets the Job replace it. */
  end(index: number, status: Fields): void {
    const pod = this.podOf(index);
    killHosts(pod.root);
    pod.status = { phase: "Failed", ...status };
    this.#addPod(this.#jobName(), index);
  }

  /** The newest pod of a part. */
  podOf(index: number): FakePod {
    const found = [...this.pods.values()].filter((pod) => pod.index === index).at(-1);
    if (found === undefined) throw new Error(`no pod has the index ${index}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    for (const { root } of this.pods.values()) killHosts(root);
    await rm(this.#root, { recursive: true, force: true });
  }

  #jobName(): string {
    const path = [...this.objects.keys()].find((one) => one.includes("/jobs/")) ?? "";
    return path.split("/").at(-1) ?? "";
  }

  #answer(method: string, path: string, body: Fields | undefined): KubernetesAnswer {
    const [plain = ""] = path.split("?");
    const gone: KubernetesAnswer = { state: "gone", reason: `${plain} not found (404)` };
    if (plain.endsWith("/events")) return { state: "ok", body: { items: this.events } };
    if (plain.endsWith("/pods"))
      return { state: "ok", body: { items: [...this.pods.values()].map(asObject) } };
    if (method === "POST") return this.#create(plain, body ?? {});
    const object = this.objects.get(plain);
    if (object === undefined) return gone;
    if (method === "DELETE") this.#delete(plain);
    if (method === "PATCH") this.#start(object);
    return { state: "ok", body: object };
  }

  #create(list: string, body: Fields): KubernetesAnswer {
    const metadata = body["metadata"] as Fields & { name: string };
    const path = `${list}/${metadata.name}`;
    if (this.objects.has(path)) return { state: "in-use", reason: `${path} already exists (409)` };
    this.#made += 1;
    const object = { ...body, metadata: { ...metadata, uid: `uid-${this.#made}` } };
    this.objects.set(path, object);
    return { state: "ok", body: object };
  }

  #delete(path: string): void {
    this.objects.delete(path);
    if (!path.includes("/jobs/")) return;
    for (const { root } of this.pods.values()) killHosts(root);
    this.pods.clear();
  }

  #start(job: Fields): void {
    const { completions } = job["spec"] as { completions: number };
    const { name } = job["metadata"] as { name: string };
    for (let index = 0; index < completions; index += 1) this.#addPod(name, index);
  }

  #addPod(job: string, index: number): void {
    this.#made += 1;
    const root = join(this.#root, `${this.#made}`);
    mkdirSync(join(root, "work"), { recursive: true });
    const [, map] = [...this.objects].find(([path]) => path.includes("/configmaps/")) ?? [];
    const packed = (map?.["binaryData"] as Record<string, string> | undefined)?.["worker.mjs.gz"] ?? "";
    writeFileSync(join(root, "work/worker.mjs"), gunzipSync(Buffer.from(packed, "base64")));
    const uid = `uid-${this.#made}`;
    this.pods.set(uid, { name: `${job}-${index}-${this.#made}`, uid, index, root, status: this.newStatus });
  }
}

function asObject({ name, uid, index, status }: FakePod): object {
  const labels = { "batch.kubernetes.io/job-completion-index": String(index) };
  return { metadata: { name, uid, labels }, spec: { nodeName: `node-${index}` }, status };
}

function killHosts(root: string): void {
  for (const file of hostFiles(root))
    try {
      process.kill((JSON.parse(readFileSync(file, "utf8")) as { pid: number }).pid, "SIGKILL");
    } catch {
      // It has ended.
    }
}

function hostFiles(root: string): string[] {
  try {
    const tasks = join(root, "work/tasks");
    return readdirSync(tasks).map((name) => join(tasks, name, "host.json"));
  } catch {
    return [];
  }
}
