import { z } from "zod";
import type { Bucket } from "../../model/ports/bucket.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { AnswerTooLargeError, exchange, splitUrl } from "../../tools/exchange.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { retry, type Try } from "../../tools/time/retry.ts";
import { googleAuth, type GoogleAuth } from "../google/auth.ts";
import { googleEndpoints } from "../google/endpoints.ts";
import { refusalOfBody } from "../google/refusal.ts";
import { MAX_OBJECT_BYTES } from "./bounds.ts";
import {
  type Act,
  BUCKET_RETRIES,
  type BucketPlace,
  formatBucketUrl,
  cloudBucket,
  type ObjectCalls,
  objectName,
} from "./cloud-bucket.ts";

export interface GcsBucketOptions extends BucketPlace {
  readonly env: NodeJS.ProcessEnv;
  /** @default the identity that Terraform's provider would take */
  readonly auth?: GoogleAuth;
  /** @default the system's */
  readonly clock?: Clock;
}

/** A small object takes well under a second. A teardown must not wait long for a mirror that is down. */
const ANSWER_TIMEOUT_MS = 10_000;
const PAGE = 1000;

/** An empty bucket's list has no items. An item without its name would be a missing object. */
const listAnswer = z.object({
  items: z.array(z.object({ name: z.string() })).optional(),
  nextPageToken: z.string().optional(),
});

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
  /** Whether an earlier try may have succeeded and lost its answer. */
  readonly wasRetried: boolean;
}

interface Call {
  readonly act: Act;
  readonly key: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly body?: Uint8Array;
  /** Statuses of refusals that are returned instead of thrown. */
  readonly accept: readonly number[];
  /** The largest answer in bytes. @default as for every answer: a page has 1,000 names */
  readonly maxBytes?: number;
}

/** A bucket of Google Cloud Storage, through its JSON API. Every write of a key is atomic and visible at once. */
export function gcsBucket(options: GcsBucketOptions): Bucket {
  return cloudBucket(formatBucketUrl("gs", options), options, new GcsCalls(options));
}

class GcsCalls implements ObjectCalls {
  readonly #place: BucketPlace;
  readonly #auth: GoogleAuth;
  readonly #clock: Clock;
  /** The collection of the bucket's objects. */
  readonly #objects: URL;

  constructor({ bucket, prefix, env, auth, clock }: GcsBucketOptions) {
    this.#place = { bucket, prefix };
    this.#auth = auth ?? googleAuth(env);
    this.#clock = clock ?? systemClock;
    this.#objects = new URL(`b/${bucket}/o`, googleEndpoints(env).storage);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const url = this.#object(key);
    url.searchParams.set("alt", "media");
    const call = { act: "read", key, method: "GET", url, accept: [404] } as const;
    const { status, bytes } = await this.#call({ ...call, maxBytes: MAX_OBJECT_BYTES });
    if (status !== 404) return bytes;
    // 404 means "no such object" and "no such bucket". Only a list tells the difference.
    await this.listPage(key, undefined);
    return undefined;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    await this.#upload(key, bytes, {});
  }

  async create(
    key: string,
    bytes: Uint8Array,
  ): Promise<{ readonly isCreated: boolean; readonly wasRetried: boolean }> {
    const { status, wasRetried } = await this.#upload(key, bytes, { ifGenerationMatch: "0" });
    return { isCreated: status !== 412, wasRetried };
  }

  async listPage(
    keyPrefix: string,
    token: string | undefined,
  ): Promise<{ readonly names: readonly string[]; readonly next: string | undefined }> {
    const url = new URL(this.#objects);
    url.searchParams.set("prefix", objectName(this.#place, keyPrefix));
    url.searchParams.set("fields", "items(name),nextPageToken");
    url.searchParams.set("maxResults", String(PAGE));
    if (token !== undefined) url.searchParams.set("pageToken", token);
    const { bytes } = await this.#call({ act: "list", key: keyPrefix, method: "GET", url, accept: [] });
    const parsed = listAnswer.safeParse(findJson(bytes));
    if (!parsed.success) throw this.refuse("list", keyPrefix, "the answer is not a list of objects");
    const { items = [], nextPageToken: next = "" } = parsed.data;
    return { names: items.map(({ name }) => name), next: next === "" ? undefined : next };
  }

  async remove(key: string): Promise<void> {
    await this.#call({ act: "remove", key, method: "DELETE", url: this.#object(key), accept: [404] });
  }

  refuse(act: Act, key: string, reason: string, status?: number): RefbenchError {
    const url = formatBucketUrl("gs", this.#place);
    const message = `cannot ${act} ${key} in ${url}: ${reason}; ${nextStep(this.#place.bucket, status)}`;
    return new RefbenchError("infrastructure", message);
  }

  #object(key: string): URL {
    const name = encodeURIComponent(objectName(this.#place, key));
    return new URL(`${this.#objects.pathname}/${name}`, this.#objects);
  }

  #upload(key: string, bytes: Uint8Array, condition: Readonly<Record<string, string>>): Promise<Answer> {
    const url = new URL(`/upload${this.#objects.pathname}`, this.#objects);
    const query = { uploadType: "media", name: objectName(this.#place, key), ...condition };
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return this.#call({ act: "write", key, method: "POST", url, body: bytes, accept: [412] });
  }

  async #call(call: Call): Promise<Answer> {
    const patience = { ...BUCKET_RETRIES, clock: this.#clock };
    const outcome = await retry((tried) => this.#attempt(call, tried), patience);
    if ("status" in outcome) return outcome;
    throw this.refuse(call.act, call.key, outcome.reason);
  }

  /** Returns the reason of a temporary failure. Throws any other refusal. */
  async #attempt(call: Call, tried: number): Promise<Try<Answer | { readonly reason: string }>> {
    const { act, key, method, url, body, accept, maxBytes } = call;
    try {
      const { status, bytes } = await exchange({
        method,
        ...splitUrl(url),
        headers: {
          ...(await this.#auth.headers()),
          ...(body === undefined ? {} : { "content-type": "application/octet-stream" }),
        },
        body,
        timeoutMs: ANSWER_TIMEOUT_MS,
        ...(maxBytes === undefined ? {} : { maxBytes }),
      });
      if ((status >= 200 && status < 300) || accept.includes(status))
        return { outcome: { status, bytes: new Uint8Array(bytes), wasRetried: tried > 1 }, mayPass: false };
      const refusal = refusalOfBody(status, findJson(bytes));
      if (status < 500 && refusal.state !== "throttled") throw this.refuse(act, key, refusal.reason, status);
      return { outcome: { reason: refusal.reason }, mayPass: true };
    } catch (error) {
      if (error instanceof RefbenchError && error.code === "infrastructure") throw error;
      // Missing credentials do not appear while waiting.
      if (error instanceof RefbenchError) throw this.refuse(act, key, error.message, 401);
      return { outcome: { reason: messageOf(error) }, mayPass: !(error instanceof AnswerTooLargeError) };
    }
  }
}

function nextStep(bucket: string, status: number | undefined): string {
  if (status === 404)
    return `make the bucket with "gcloud storage buckets create gs://${bucket} --uniform-bucket-level-access --public-access-prevention"`;
  if (status === 401) return `sign in with "gcloud auth application-default login"`;
  if (status === 403) return `ask for roles/storage.objectUser on gs://${bucket}`;
  return "try again once Cloud Storage answers";
}

/** The JSON of an answer; undefined where it is not valid. */
function findJson(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}
