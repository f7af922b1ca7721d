import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A kind that the API serves. */
export interface FakeKind {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs?: readonly string[];
}

const VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"];

const inNamespaces = (name: string, kind: string): FakeKind => ({ name, kind, namespaced: true });
const clusterWide = (name: string, kind: string): FakeKind => ({ name, kind, namespaced: false });

/** What a released Kubernetes serves, in short: kinds by the base of their group. */
const KINDS: Readonly<Record<string, readonly FakeKind[]>> = {
  "/api/v1": [
    inNamespaces("pods", "Pod"),
    inNamespaces("configmaps", "ConfigMap"),
    inNamespaces("endpoints", "Endpoints"),
    inNamespaces("persistentvolumeclaims", "PersistentVolumeClaim"),
    inNamespaces("secrets", "Secret"),
    inNamespaces("serviceaccounts", "ServiceAccount"),
    inNamespaces("services", "Service"),
    clusterWide("namespaces", "Namespace"),
    clusterWide("nodes", "Node"),
    clusterWide("persistentvolumes", "PersistentVolume"),
    { ...inNamespaces("bindings", "Binding"), verbs: ["create"] },
  ],
  "/apis/apps/v1": [inNamespaces("deployments", "Deployment"), inNamespaces("replicasets", "ReplicaSet")],
  "/apis/batch/v1": [inNamespaces("jobs", "Job")],
  "/apis/networking.k8s.io/v1": [inNamespaces("ingresses", "Ingress")],
  "/apis/rbac.authorization.k8s.io/v1": [
    clusterWide("clusterrolebindings", "ClusterRoleBinding"),
    clusterWide("clusterroles", "ClusterRole"),
  ],
  "/apis/storage.k8s.io/v1": [clusterWide("storageclasses", "StorageClass")],
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
  /** Kinds by the base of their group; a test adds groups of others. */
  readonly kinds: Record<string, readonly FakeKind[]> = { ...KINDS };
  readonly requests: string[] = [];
  /** The bodies of requests that have one, by `METHOD path`. */
  readonly bodies = new Map<string, unknown>();
  /** Each request with the type of answer that it accepts. */
  readonly accepts: [string, string][] = [];
  /** The `authorization` of each request. */
  readonly tokens: string[] = [];
  readonly mishaps: {
    match: string;
    status: number;
    body: unknown;
    headers?: Record<string, string>;
    left: number;
  }[] = [];
  /** What the caller may not do, such as `list secrets` or `create pods/exec`. */
  readonly forbidden = new Set<string>();
  /** How often an object that is being deleted is read until its controllers release it. */
  finalizing = 2;
  pageSize = 500;
  #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const method = request.method ?? "";
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      const line = `${method} ${url.pathname}${url.search}`;
      this.requests.push(line);
      this.accepts.push([line, request.headers.accept ?? ""]);
      this.tokens.push(request.headers.authorization ?? "");
      const sent = Buffer.concat(chunks).toString();
      const posted = sent === "" ? undefined : (JSON.parse(sent) as unknown);
      if (posted !== undefined) this.bodies.set(`${method} ${url.pathname}`, posted);
      const mishap = this.mishaps.find((one) => one.left > 0 && line.includes(one.match));
      if (mishap !== undefined) mishap.left -= 1;
      const { status, body } = mishap ?? this.#answer(method, url, posted);
      response.writeHead(status, mishap?.headers).end(typeof body === "string" ? body : JSON.stringify(body));
    });
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
    const { name } = object.metadata;
    const uid = `uid-${namespace ?? ""}-${resource}-${name}`;
    const metadata = { creationTimestamp: "2026-11-22T07:00:00Z", uid, ...object.metadata };
    this.objects.set(`${base}${between}/${resource}/${object.metadata.name}`, {
      ...object,
      metadata: namespace === undefined ? metadata : { ...metadata, namespace },
    });
  }

  #answer(method: string, url: URL, posted: unknown): { status: number; body: unknown } {
    const path = url.pathname;
    const notFound = { status: 404, body: { kind: "Status", message: `${path} not found`, code: 404 } };
    const stored = this.objects.get(path);
    if (method === "DELETE") {
      if (stored === undefined) return notFound;
      const { uid } = (posted as { preconditions?: { uid?: unknown } } | undefined)?.preconditions ?? {};
      if (uid !== undefined && uid !== stored.metadata["uid"])
        return {
          status: 409,
          body: { kind: "Status", message: "the UID in the precondition does not match" },
        };
      this.#beginDelete(path);
      for (const inside of this.#within(path)) this.#beginDelete(inside);
      return { status: 200, body: this.objects.get(path) };
    }
    if (method === "POST") return this.#create(url, posted);
    if (method === "PATCH") {
      if (stored === undefined) return notFound;
      const { spec } = posted as FakeObject;
      this.objects.set(path, { ...stored, spec: { ...stored.spec, ...spec } });
      return { status: 200, body: this.objects.get(path) };
    }
    const discovered = this.#discover(path);
    if (discovered !== undefined) return { status: 200, body: discovered };
    const segments = path.split("/");
    const base = path.startsWith("/apis/") ? segments.slice(0, 4).join("/") : "/api/v1";
    const rest = path.slice(base.length + 1).split("/");
    if (this.kinds[base] === undefined) return notFound;
    if (rest.length === 1) return this.#list(`${base}/`, rest[0]!, url.searchParams);
    if (rest.length === 3 && rest[0] === "namespaces")
      return this.#list(`${base}/namespaces/${rest[1]!}/`, rest[2]!, url.searchParams);
    this.#read(path);
    const object = this.objects.get(path);
    return object === undefined ? notFound : { status: 200, body: object };
  }

  /** Answers a question about the caller, or tries or stores an object. */
  #create({ pathname, searchParams }: URL, posted: unknown): { status: number; body: unknown } {
    const { spec, metadata } = posted as {
      spec?: { resourceAttributes?: { verb: string; resource: string; subresource?: string } };
      metadata?: { name: string };
    };
    if (pathname.endsWith("/selfsubjectreviews"))
      return { status: 201, body: { status: { userInfo: { username: "ada" } } } };
    if (spec?.resourceAttributes !== undefined) {
      const { verb, resource, subresource } = spec.resourceAttributes;
      const act = `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
      return { status: 201, body: { status: { allowed: !this.forbidden.has(act) } } };
    }
    const path = `${pathname}/${metadata?.name ?? ""}`;
    if (this.objects.has(path)) return { status: 409, body: { kind: "Status", message: "already exists" } };
    if (searchParams.get("dryRun") !== "All") this.objects.set(path, posted as FakeObject);
    return { status: 201, body: posted };
  }

  /** The answer about the API's groups, or the kinds of one; undefined for any other path. */
  #discover(path: string): unknown {
    if (path === "/apis") {
      const groups = Object.keys(this.kinds).filter((base) => base !== "/api/v1");
      const versions = groups.map((base) => ({
        preferredVersion: { groupVersion: base.slice("/apis/".length) },
      }));
      return { kind: "APIGroupList", groups: versions };
    }
    const kinds = this.kinds[path];
    if (kinds === undefined) return undefined;
    return { kind: "APIResourceList", resources: kinds.map((one) => ({ verbs: VERBS, ...one })) };
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

  #list(under: string, resource: string, query: URLSearchParams): { status: number; body: unknown } {
    const all = [...this.objects]
      .filter(([path]) => path.startsWith(under) && path.split("/").at(-2) === resource)
      .filter(
        ([path]) => !under.includes("/namespaces/") || path.split("/").length === under.split("/").length + 1,
      )
      .map(([, object]) => object)
      .filter(({ metadata }) => isSelected(metadata["labels"] ?? {}, query.get("labelSelector")));
    const from = Number(query.get("continue") ?? 0);
    const to = from + Math.min(this.pageSize, Number(query.get("limit")));
    const metadata = { resourceVersion: "1", ...(to < all.length ? { continue: String(to) } : {}) };
    const kinds = Object.values(this.kinds).flat();
    const kind = `${kinds.find(({ name }) => name === resource)?.kind ?? "Unknown"}List`;
    return { status: 200, body: { kind, metadata, items: all.slice(from, to) } };
  }
}

/** Whether labels match a selector of the form `key` or `key=value`. */
function isSelected(labels: object, selector: string | null): boolean {
  if (selector === null) return true;
  const [key = "", value] = selector.split("=");
  const found = (labels as Readonly<Record<string, string>>)[key];
  return value === undefined ? found !== undefined : found === value;
}
