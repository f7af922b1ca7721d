import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A list's own kind, by the plural of its objects, as a real API server answers it. */
const LIST_KINDS: Readonly<Record<string, string>> = {
  clusterrolebindings: "ClusterRoleBindingList",
  clusterroles: "ClusterRoleList",
  ingresses: "IngressList",
  namespaces: "NamespaceList",
  persistentvolumeclaims: "PersistentVolumeClaimList",
  persistentvolumes: "PersistentVolumeList",
  secrets: "SecretList",
  services: "ServiceList",
  storageclasses: "StorageClassList",
};

export interface FakeObject {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/**
 * A cluster's API on 127.0.0.1: lists with `limit` and `continue`, deletes that wait for finalizers, and namespaces whose
 * deletion deletes everything in them.
 */
export class FakeKubernetes {
  /** Path to the object. */
  readonly objects = new Map<string, FakeObject>();
  readonly requests: string[] = [];
  /** The `authorization` of each request. */
  readonly tokens: string[] = [];
  readonly mishaps: {
    match: string;
    status: number;
    body: unknown;
    headers?: Record<string, string>;
    left: number;
  }[] = [];
  /** How often an object that is being deleted is read until its controllers release it. */
  finalizing = 2;
  pageSize = 500;
  #server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const line = `${request.method ?? ""} ${url.pathname}${url.search}`;
    this.requests.push(line);
    this.tokens.push(request.headers.authorization ?? "");
    const mishap = this.mishaps.find((one) => one.left > 0 && line.includes(one.match));
    if (mishap !== undefined) mishap.left -= 1;
    const { status, body } = mishap ?? this.#answer(request.method ?? "", url);
    response.writeHead(status, mishap?.headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  #leaving = new Map<string, number>();

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  put(base: string, namespace: string | undefined, resource: string, object: FakeObject): void {
    const between = namespace === undefined ? "" : `/namespaces/${namespace}`;
    const metadata = { creationTimestamp: "2026-11-22T07:00:00Z", ...object.metadata };
    this.objects.set(`${base}${between}/${resource}/${object.metadata.name}`, {
      ...object,
      metadata: namespace === undefined ? metadata : { ...metadata, namespace },
    });
  }

  #answer(method: string, url: URL): { status: number; body: unknown } {
    const path = url.pathname;
    const notFound = { status: 404, body: { kind: "Status", message: `${path} not found`, code: 404 } };
    if (method === "DELETE") {
      if (!this.objects.has(path)) return notFound;
      this.#beginDelete(path);
      for (const inside of this.#within(path)) this.#beginDelete(inside);
      return { status: 200, body: this.objects.get(path) };
    }
    const segments = path.split("/");
    const base = path.startsWith("/apis/") ? segments.slice(0, 4).join("/") : "/api/v1";
    const rest = path.slice(base.length + 1).split("/");
    if (rest.length === 1) return this.#list(base, rest[0]!, url.searchParams);
    this.#read(path);
    const object = this.objects.get(path);
    return object === undefined ? notFound : { status: 200, body: object };
  }

  #beginDelete(path: string): void {
    const object = this.objects.get(path);
    if (object === undefined || this.#leaving.has(path)) return;
    this.#leaving.set(path, this.finalizing);
    const metadata = { ...object.metadata, deletionTimestamp: "2026-11-22T08:00:00Z" };
    this.objects.set(path, { ...object, metadata });
  }

  /** The paths of everything in a namespace; of any other object nothing. */
  #within(path: string): readonly string[] {
    return [...this.objects.keys()].filter((one) => one.startsWith(`${path}/`));
  }

  /** Counts down an object that is being deleted. A namespace goes after everything in it. */
  #read(path: string): void {
    const inside = this.#within(path);
    inside.forEach((one) => this.#read(one));
    const left = (this.#leaving.get(path) ?? Number.POSITIVE_INFINITY) - 1;
    if (left === Number.POSITIVE_INFINITY) return;
    this.#leaving.set(path, left);
    const remaining = this.#within(path).length;
    const object = this.objects.get(path);
    if (remaining > 0 && object !== undefined) {
      const message = `Some resources are remaining: services. has ${remaining} resource instances`;
      const condition = { type: "NamespaceContentRemaining", status: "True", message };
      this.objects.set(path, { ...object, status: { phase: "Terminating", conditions: [condition] } });
    } else if (left <= 0) {
      this.objects.delete(path);
      this.#leaving.delete(path);
    }
  }

  #list(base: string, resource: string, query: URLSearchParams): { status: number; body: unknown } {
    const all = [...this.objects]
      .filter(([path]) => path.startsWith(`${base}/`) && path.split("/").at(-2) === resource)
      .map(([, object]) => object);
    const from = Number(query.get("continue") ?? 0);
    const to = from + Math.min(this.pageSize, Number(query.get("limit")));
    const metadata = { resourceVersion: "1", ...(to < all.length ? { continue: String(to) } : {}) };
    return { status: 200, body: { kind: LIST_KINDS[resource], metadata, items: all.slice(from, to) } };
  }
}
