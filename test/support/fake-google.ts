import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GoogleApiName, GoogleEndpoints } from "../../harness/inventory/google/endpoints.ts";

/** A resource as the REST reference describes it; `name` is what it is deleted by. */
export type FakeResource = Readonly<Record<string, unknown>> & { readonly name: string };

/** One answer that a test wants instead of the ordinary one. */
export interface Mishap {
  /** Part of `METHOD path?query`. */
  readonly match: string;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default for ever */
  readonly times?: number;
}

const APIS: readonly GoogleApiName[] = [
  "compute",
  "container",
  "sql",
  "iam",
  "secretManager",
  "dns",
  "resourceManager",
  "cloudAsset",
  "serviceUsage",
  "oauth2",
];
const PROJECT = "some-project";

/** An error as Google's APIs write it. */
export function googleError(code: number, reason: string, message: string): unknown {
  return {
    error: { code, message, errors: [{ message, domain: "global", reason }], details: [] },
  };
}

/** Google's REST APIs on one port of 127.0.0.1: lists with pages, deletes with operations, refusals on demand. */
export class FakeGoogle {
  /** `<api>/projects/…/<collection>/<name>` to the resource. */
  readonly resources = new Map<string, FakeResource>();
  readonly mishaps: (Mishap & { left: number })[] = [];
  /** `<api>/<path>` to what a read of it answers: things that are neither listed nor deleted. */
  readonly documents = new Map<string, unknown>();
  /** Names of the enabled APIs, without `.googleapis.com`. */
  services: string[] = [];
  /** `METHOD path?query`, as they came. */
  readonly requests: string[] = [];
  /** Things on a page of a list. */
  pageSize = 500;
  /** Polls until an operation is done. */
  polls = 1;
  /** Scopes of aggregated lists that did not answer. */
  unreachable: string[] = [];
  assets: Record<string, unknown>[] = [];
  policy: Record<string, unknown> = { version: 3, etag: "e1", bindings: [] };
  /** Permissions that who asks does not have in the project. */
  readonly ungranted = new Set<string>();
  /** Errors that operations end with, by part of the deleted path. */
  readonly operationErrors = new Map<string, unknown>();
  #operations = new Map<string, { left: number; done: () => unknown }>();
  #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<GoogleEndpoints> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return Object.fromEntries(
      APIS.map((api) => [api, `http://127.0.0.1:${port}/${api}/`]),
    ) as unknown as GoogleEndpoints;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Adds a compute resource: `put("zones/us-central1-a", "disks", { name: "d" })`. Returns its path. */
  put(scope: string, collection: string, resource: FakeResource, api: GoogleApiName = "compute"): string {
    const between = scope === "" ? "" : `${scope}/`;
    const path = `projects/${PROJECT}/${between}${collection}/${resource.name}`;
    this.resources.set(`${api}/${path}`, { creationTimestamp: "2026-11-22T07:00:00.000Z", ...resource });
    return path;
  }

  refuse(mishap: Mishap): void {
    this.mishaps.push({ ...mishap, left: mishap.times ?? Number.POSITIVE_INFINITY });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const line = `${request.method ?? ""} ${decodeURIComponent(url.pathname)}${url.search}`;
    this.requests.push(line);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const mishap = this.mishaps.find((one) => one.left > 0 && line.includes(one.match));
    if (mishap !== undefined) {
      mishap.left -= 1;
      const body = typeof mishap.body === "string" ? mishap.body : JSON.stringify(mishap.body ?? {});
      response.writeHead(mishap.status, mishap.headers).end(body);
      return;
    }
    const [, api = "", ...rest] = decodeURIComponent(url.pathname).split("/");
    const { status, body } = this.#answer(request.method ?? "", api, rest.join("/"), url.searchParams, text);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #answer(
    method: string,
    api: string,
    path: string,
    query: URLSearchParams,
    text: string,
  ): { status: number; body: unknown } {
    const ok = (body: unknown): { status: number; body: unknown } => ({ status: 200, body });
    const document = this.documents.get(`${api}/${path}`);
    if (document !== undefined) return ok(document);
    if (api === "serviceUsage" && path.endsWith("/services")) {
      const enabled = this.services.map((name) => ({ config: { name: `${name}.googleapis.com` } }));
      return ok(this.#page(enabled, query, "services"));
    }
    if (path.includes("/machineTypes/") || path.startsWith("projects/debian-cloud/")) {
      return { status: 404, body: googleError(404, "notFound", `The resource '${path}' was not found`) };
    }
    if (path.endsWith(":getIamPolicy")) return ok(this.policy);
    if (path.endsWith(":testIamPermissions")) {
      const { permissions } = JSON.parse(text) as { permissions: readonly string[] };
      const granted = permissions.filter((name) => !this.ungranted.has(name));
      // As Google: nothing granted is no list.
      return ok(granted.length === 0 ? {} : { permissions: granted });
    }
    if (path.endsWith(":setIamPolicy")) {
      const { policy } = JSON.parse(text) as { policy: Record<string, unknown> };
      if (policy["etag"] !== this.policy["etag"]) {
        return { status: 409, body: googleError(409, "aborted", "there were concurrent policy changes") };
      }
      this.policy = policy;
      return ok(policy);
    }
    if (path.endsWith(":searchAllResources")) return ok(this.#page(this.assets, query, "results"));
    if (path.endsWith("/removePeering")) {
      const key = `${api}/${path.replace(/\/removePeering$/, "")}`;
      const network = this.resources.get(key)!;
      const { name } = JSON.parse(text) as { name: string };
      const peerings = (network["peerings"] as { name: string }[]).filter((one) => one.name !== name);
      return ok(
        this.#operate(path.replace(/\/removePeering$/, ""), () =>
          this.resources.set(key, { ...network, peerings }),
        ),
      );
    }
    if (path.includes("/operations/")) return this.#poll(path);
    if (method === "DELETE") return this.#delete(api, path);
    return ok(this.#list(api, path, query));
  }

  #list(api: string, path: string, query: URLSearchParams): unknown {
    const collection = path.split("/").at(-1) ?? "";
    const all = [...this.resources].filter(
      ([key]) => key.startsWith(`${api}/`) && key.split("/").at(-2) === collection,
    );
    if (!path.includes("/aggregated/")) {
      const inScope = all
        .filter(([key]) => api !== "compute" || key.includes("/global/"))
        .map(([, one]) => one);
      const field = { container: "clusters", iam: "accounts", secretManager: "secrets", dns: "managedZones" }[
        api
      ];
      const kind = { compute: `compute#${collection}List`, sql: "sql#instancesList" }[api];
      return { ...(kind === undefined ? {} : { kind }), ...this.#page(inScope, query, field ?? "items") };
    }
    const page = this.#page(all, query, "all") as { all: [string, FakeResource][]; nextPageToken?: string };
    const items: Record<string, unknown> = {};
    for (const [key, one] of page.all) {
      const scope = key.split("/").slice(3, -2).join("/");
      const known = items[scope] as Record<string, unknown[]> | undefined;
      items[scope] = { [collection]: [...(known?.[collection] ?? []), one] };
    }
    items["zones/europe-west1-b"] ??= { warning: { code: "NO_RESULTS_ON_PAGE", message: "nothing here" } };
    for (const scope of this.unreachable)
      items[scope] = { warning: { code: "UNREACHABLE", message: "no answer" } };
    const { nextPageToken } = page;
    return { kind: `compute#${collection}AggregatedList`, items, nextPageToken };
  }

  #page(all: readonly unknown[], query: URLSearchParams, field: string): Record<string, unknown> {
    const from = Number(query.get("pageToken") ?? 0);
    const to = from + this.pageSize;
    return { [field]: all.slice(from, to), ...(to < all.length ? { nextPageToken: String(to) } : {}) };
  }

  #delete(api: string, path: string): { status: number; body: unknown } {
    const key = `${api}/${path}`;
    const one = this.resources.get(key);
    if (one === undefined) {
      return { status: 404, body: googleError(404, "notFound", `The resource '${path}' was not found`) };
    }
    const user = [...this.resources].find(
      ([other, raw]) => other !== key && this.#uses(raw).includes(`${path}"`),
    );
    if (user !== undefined) {
      const message = `The resource '${path}' is already being used by '${user[0]}'`;
      return { status: 400, body: googleError(400, "resourceInUseByAnotherResource", message) };
    }
    const remove = (): unknown => this.resources.delete(key);
    if (["compute", "container", "sql"].includes(api))
      return { status: 200, body: this.#operate(path, remove) };
    remove();
    return { status: 200, body: {} };
  }

  /** Members of pools are named, not held: they can go first. */
  #uses(resource: FakeResource): string {
    return JSON.stringify({ ...resource, instances: undefined });
  }

  #operate(path: string, act: () => unknown): unknown {
    const name = `operation-${this.#operations.size + 1}`;
    const between = path.split("/").slice(2, -2).join("/");
    const key = ["projects", PROJECT, between, "operations", name].filter((part) => part !== "").join("/");
    this.#operations.set(key, {
      left: this.polls,
      done: () => {
        const error = [...this.operationErrors].find(([part]) => path.includes(part))?.[1];
        if (error !== undefined) return error;
        act();
        return {};
      },
    });
    return { kind: "compute#operation", name, status: "PENDING" };
  }

  #poll(path: string): { status: number; body: unknown } {
    const operation = this.#operations.get(path);
    if (operation === undefined)
      return { status: 404, body: googleError(404, "notFound", `no operation ${path}`) };
    operation.left -= 1;
    const name = path.split("/").at(-1);
    if (operation.left > 0) return { status: 200, body: { name, status: "RUNNING" } };
    return { status: 200, body: { name, status: "DONE", ...(operation.done() as object) } };
  }
}
