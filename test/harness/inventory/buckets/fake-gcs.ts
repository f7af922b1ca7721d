import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { googleError } from "../../../../rehearsal/google-api/refusal.ts";

/** Cloud Storage's JSON API as its reference says it: one bucket, preconditions, pages, refusals on demand. */
export class FakeGcs {
  readonly bucket = "team-mirror";
  readonly objects = new Map<string, Buffer>();
  /** `METHOD path?query`, as they came. */
  readonly requests: string[] = [];
  pageSize = 1000;
  /** Statuses of the next answers in place of the ordinary ones; the request is done all the same when `done`. */
  readonly mishaps: { readonly status: number; readonly done: boolean }[] = [];
  #server = createServer((request, response) => void this.#serve(request, response));

  /** Starts it and returns the variables that lead there. */
  async start(): Promise<NodeJS.ProcessEnv> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return {
      GOOGLE_STORAGE_CUSTOM_ENDPOINT: `http://127.0.0.1:${port}/storage/v1/`,
      GOOGLE_OAUTH_ACCESS_TOKEN: "some-token",
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, "http://localhost");
    this.requests.push(`${request.method!} ${url.pathname}${url.search}`);
    const body = await buffer(request);
    const mishap = this.mishaps.shift();
    const answer = mishap?.done === false ? undefined : this.#answer(request, url, body);
    const { status, content } =
      mishap === undefined
        ? answer!
        : { status: mishap.status, content: googleError(mishap.status, "backendError", "try later") };
    response.writeHead(status);
    response.end(Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }

  #answer(request: IncomingMessage, url: URL, body: Buffer): { status: number; content: unknown } {
    if (request.headers.authorization !== "Bearer some-token")
      return { status: 401, content: googleError(401, "authError", "Invalid Credentials") };
    const [, upload, bucket, key] = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/(.+))?$/.exec(
      url.pathname,
    )!;
    if (bucket !== this.bucket)
      return { status: 404, content: googleError(404, "notFound", "The specified bucket does not exist.") };
    if (upload !== undefined) return this.#upload(url, body);
    if (key === undefined) return this.#page(url);
    const name = decodeURIComponent(key);
    const object = this.objects.get(name);
    if (object === undefined)
      return { status: 404, content: googleError(404, "notFound", `No such object: ${name}`) };
    if (request.method === "DELETE") {
      this.objects.delete(name);
      return { status: 204, content: Buffer.alloc(0) };
    }
    return { status: 200, content: url.searchParams.get("alt") === "media" ? object : { name } };
  }

  #upload(url: URL, body: Buffer): { status: number; content: unknown } {
    const name = url.searchParams.get("name")!;
    if (url.searchParams.get("ifGenerationMatch") === "0" && this.objects.has(name))
      return { status: 412, content: googleError(412, "conditionNotMet", "did not match") };
    this.objects.set(name, body);
    return { status: 200, content: { name } };
  }

  #page(url: URL): { status: number; content: unknown } {
    const names = [...this.objects.keys()]
      .filter((name) => name.startsWith(url.searchParams.get("prefix") ?? ""))
      .sort();
    const start = Number(url.searchParams.get("pageToken") ?? 0);
    const end = start + this.pageSize;
    return {
      status: 200,
      content: {
        items: names.slice(start, end).map((name) => ({ name })),
        ...(end < names.length ? { nextPageToken: String(end) } : {}),
      },
    };
  }
}
