import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../harness/tools/time/clock.ts";
import { systemClock } from "../../harness/tools/time/clock.ts";
import { addressesOn, type ApiName, mockEndpointVariables } from "./api-names.ts";
import { compute } from "./compute/route.ts";
import { endExpiredMachines } from "./compute/machine.ts";
import { ApiServer } from "./container/api-server.ts";
import { container } from "./container/route.ts";
import { type MockFault, Faults } from "./faults.ts";
import type { Json } from "./json.ts";
import { Operations } from "./operations.ts";
import { cloudAsset } from "./others/cloud-asset.ts";
import { dns } from "./others/dns.ts";
import { iam } from "./others/iam.ts";
import { monitoring } from "./others/monitoring.ts";
import { policyOf, projectPolicy } from "./others/policies.ts";
import { resourceManager } from "./others/resource-manager.ts";
import { secretManager } from "./others/secret-manager.ts";
import { oauth2, serviceUsage, storage } from "./others/small-apis.ts";
import { sql } from "./others/sql.ts";
import { type ProjectFacts, readyProject } from "./project.ts";
import { GoogleRefusal } from "./refusal.ts";
import { type GoogleApiRequest, readRequest } from "./request.ts";
import { Store } from "./store.ts";
import { timeOf, type MockWorld } from "./world.ts";

const ROUTES: Readonly<Record<ApiName, (world: MockWorld, request: GoogleApiRequest) => Json>> = {
  compute,
  container,
  sql,
  iam,
  secretManager,
  dns,
  resourceManager,
  storage,
  serviceUsage,
  oauth2,
  monitoring,
  cloudAsset,
};

export interface MockGoogleOptions {
  /** @default some-project */
  readonly project?: string;
  /** By which operations end and machines expire. @default this machine's */
  readonly clock?: Clock;
  /** How long an operation takes. @default no time */
  readonly durationMs?: MockWorld["durationMs"];
  /** @default any free one */
  readonly port?: number;
  /** Called for each request with the status of its answer. */
  readonly log?: (line: string, status: number) => void;
}

/** Google's REST APIs for one project on a port of 127.0.0.1, written from Google's public reference. */
export class MockGoogle implements AsyncDisposable {
  readonly world: MockWorld;
  readonly faults = new Faults();
  /** `<api>/<path>` to what a read of it answers in place of the ordinary answer. */
  readonly documents = new Map<string, unknown>();
  /** `METHOD path?query`, as they came. */
  readonly requests: string[] = [];
  readonly #options: MockGoogleOptions;
  #server = createServer((request, response) => void this.#serve(request, response));

  constructor(options: MockGoogleOptions = {}) {
    this.#options = options;
    const clock = options.clock ?? systemClock;
    let last = 7_000_000_000_000_000_000n;
    this.world = {
      store: new Store(),
      operations: new Operations(clock),
      project: readyProject(options.project ?? "some-project"),
      clock,
      policies: new Map(),
      payloads: new Map(),
      companions: new Map(),
      durationMs: options.durationMs ?? (() => 0),
      newId: () => String((last += 1n)),
    };
  }

  get store(): Store {
    return this.world.store;
  }

  /** The project's policy. */
  get policy(): Json {
    return policyOf(this.world, projectPolicy(this.world));
  }

  set policy(policy: Json) {
    this.world.policies.set(projectPolicy(this.world), policy);
  }

  get project(): ProjectFacts {
    return this.world.project;
  }

  /** Answers from now on; returns each API's address. */
  async start(): Promise<Readonly<Record<ApiName, string>>> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port ?? 0, "127.0.0.1", resolve);
    });
    return addressesOn(this.url);
  }

  /** Starts an API server that the clusters made from now on lead to; end it before the mock. */
  async startApiServer(): Promise<ApiServer> {
    const server = new ApiServer();
    this.world.apiServer = await server.start();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The variables that direct Terraform's provider and refbench here, with a token that does not belong to anybody. */
  env(versioned = false): Readonly<Record<string, string>> {
    return { ...mockEndpointVariables(this.url, versioned), GOOGLE_OAUTH_ACCESS_TOKEN: "mock" };
  }

  /** Keeps a resource as it is, without the checks of a create; an empty scope is the project itself. Returns its path. */
  put(
    scope: string,
    collection: string,
    resource: Json & { readonly name: string },
    api: ApiName = "compute",
  ): string {
    const path = ["projects", this.project.id, scope, collection, resource.name].filter(Boolean).join("/");
    this.store.set(`${api}/${path}`, { creationTimestamp: timeOf(this.world), ...resource });
    return path;
  }

  /** Plans an answer other than the ordinary one. */
  refuse(fault: MockFault): void {
    this.faults.add(fault);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const line = `${request.method ?? ""} ${decodeURIComponent(url.pathname)}${url.search}`;
    this.requests.push(line);
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const fault = this.faults.take(line);
    const { status, body } =
      fault === undefined
        ? this.#answer(request.method ?? "", url, text)
        : { status: fault.status, body: fault.body ?? {} };
    this.#options.log?.(line, status);
    response
      .writeHead(status, { "content-type": "application/json; charset=UTF-8", ...fault?.headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));
  }

  #answer(method: string, url: URL, text: string): { readonly status: number; readonly body: unknown } {
    this.world.operations.settle();
    endExpiredMachines(this.world);
    try {
      const request = readRequest(method, url, text, this.world.project);
      const document = this.documents.get(`${request.api}/${request.path}`);
      if (document !== undefined && request.verb === undefined) return { status: 200, body: document };
      return { status: 200, body: ROUTES[request.api](this.world, request) };
    } catch (error) {
      if (error instanceof GoogleRefusal) return { status: error.status, body: error.body };
      // A fault of the mock itself must not look like a refusal of Google.
      const message = `the mock failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      return { status: 501, body: { error: { code: 501, message, errors: [], status: "UNIMPLEMENTED" } } };
    }
  }
}
