import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeObject {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A cluster's API on 127.0.0.1: lists with `limit` and `continue`, deletes that wait for finalizers. */
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
  /** Looks at an object being deleted until its controllers let it go. */
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
      this.#leaving.set(path, this.finalizing);
      return { status: 200, body: this.objects.get(path) };
    }
    const segments = path.split("/");
    const base = path.startsWith("/apis/") ? segments.slice(0, 4).join("/") : "/api/v1";
    const rest = path.slice(base.length + 1).split("/");
    if (rest.length === 1) return this.#list(base, rest[0]!, url.searchParams);
    const left = (this.#leaving.get(path) ?? Number.POSITIVE_INFINITY) - 1;
    this.#leaving.set(path, left);
    if (left <= 0) this.objects.delete(path);
    const object = this.objects.get(path);
    return object === undefined ? notFound : { status: 200, body: object };
  }

  #list(base: string, resource: string, query: URLSearchParams): { status: number; body: unknown } {
    const all = [...this.objects]
      .filter(([path]) => path.startsWith(`${base}/`) && path.split("/").at(-2) === resource)
      .map(([, object]) => object);
    const from = Number(query.get("continue") ?? 0);
    const to = from + Math.min(this.pageSize, Number(query.get("limit")));
    const metadata = { resourceVersion: "1", ...(to < all.length ? { continue: String(to) } : {}) };
    return { status: 200, body: { kind: "List", metadata, items: all.slice(from, to) } };
  }
}
