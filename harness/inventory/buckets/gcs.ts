import type { Bucket } from "../../model/ports/bucket.ts";
import { systemClock, type Clock } from "../../tools/time/clock.ts";
import { messageOf, RefbenchError } from "../../tools/error.ts";
import { AnswerTooLargeError, exchange, splitUrl } from "../../tools/exchange.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import { parseJson } from "../../tools/parse-json.ts";
import { type Try, retry } from "../../tools/time/retry.ts";
import { MAX_OBJECT_BYTES } from "./bounds.ts";
import { googleAuth, type GoogleAuth } from "../google/auth.ts";
import { googleEndpoints } from "../google/endpoints.ts";
import { textAt } from "../google/raw.ts";
import { list, record, refusalOfBody } from "../google/refusal.ts";

export interface GcsBucketOptions {
  readonly bucket: string;
  readonly prefix: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default the identity that Terraform's provider would take */
  readonly auth?: GoogleAuth;
  /** @default the system's */
  readonly clock?: Clock;
}

const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** A small object takes well under a second; a teardown must not wait long for a mirror that is down. */
const ANSWER_TIMEOUT_MS = 10_000;
const PAGE = 1000;

interface Answer {
  readonly status: number;
  readonly bytes: Uint8Array;
  /** Whether an earlier try may have been done without its answer arriving. */
  readonly retried: boolean;
}

interface Asked {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly body?: Uint8Array;
  /** Refusals that are answers. */
  readonly accept: readonly number[];
  /** The most that the answer may have. @default as any answer: a page has 1,000 names */
  readonly maxBytes?: number;
}

/** A bucket of Google Cloud Storage, by its JSON API. Every write of a key is atomic and seen at once. */
export function gcsBucket(options: GcsBucketOptions): Bucket {
  const { bucket, prefix, env, clock = systemClock } = options;
  const auth = options.auth ?? googleAuth(env);
  const base = googleEndpoints(env).storage;
  const url = `gs://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  const named = (key: string): string => (prefix === "" ? key : `${prefix}/${key}`);
  const objects = new URL(`b/${bucket}/o`, base);
  const objectUrl = (key: string): URL => new URL(`b/${bucket}/o/${encodeURIComponent(named(key))}`, base);

  const upload = (key: string, bytes: Uint8Array, condition: Readonly<Record<string, string>>) => {
    const target = new URL(`/upload${objects.pathname}`, objects);
    const query = { uploadType: "media", name: named(key), ...condition };
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
    return call("write", key, { method: "POST", url: target, body: bytes, accept: [412] });
  };

  const get = async (key: string): Promise<Uint8Array | undefined> => {
    const source = objectUrl(key);
    source.searchParams.set("alt", "media");
    const { status, bytes } = await call("read", key, {
      method: "GET",
      url: source,
      accept: [404],
      maxBytes: MAX_OBJECT_BYTES,
    });
    // 404 says "no such object" and "no such bucket" alike; a list tells them apart.
    if (status === 404) await page(key, undefined);
    return status === 404 ? undefined : bytes;
  };

  const page = async (keyPrefix: string, token: string | undefined) => {
    const source = new URL(objects);
    source.searchParams.set("prefix", named(keyPrefix));
    source.searchParams.set("fields", "items(name),nextPageToken");
    source.searchParams.set("maxResults", String(PAGE));
    if (token !== undefined) source.searchParams.set("pageToken", token);
    const { bytes } = await call("list", keyPrefix, { method: "GET", url: source, accept: [] });
    const body = bodyOf(bytes) ?? refuse(keyPrefix);
    const names = list(body["items"]).map((item) => textAt(record(item), "name") ?? refuse(keyPrefix));
    const next = body["nextPageToken"];
    return { names, next: typeof next === "string" && next !== "" ? next : undefined };
  };

  /** A name that is left out would be an object that is not there. */
  const refuse = (keyPrefix: string): never => {
    throw refused("list", keyPrefix, "the answer is not a list of objects", undefined);
  };

  return {
    url,
    put: async (key, bytes) => {
      await upload(key, bytes, {});
    },
    putIfAbsent: async (key, bytes) => {
      const { status, retried } = await upload(key, bytes, { ifGenerationMatch: "0" });
      if (status !== 412) return true;
      // The try before may have been ours, its answer lost.
      return retried && Buffer.from(bytes).equals((await get(key)) ?? new Uint8Array());
    },
    get,
    list: async (keyPrefix) => {
      const names: string[] = [];
      const pages = new PageWatch();
      let token: string | undefined;
      do {
        const { names: found, next } = await page(keyPrefix, token);
        names.push(...found);
        token = next;
        const endless = token === undefined ? undefined : pages.next(token);
        if (endless !== undefined) throw refused("list", keyPrefix, endless, undefined);
      } while (token !== undefined);
      return names.map((name) => name.slice(named("").length)).sort();
    },
    remove: async (key) => {
      await call("remove", key, { method: "DELETE", url: objectUrl(key), accept: [404] });
    },
  };

  async function call(act: string, key: string, asked: Asked): Promise<Answer> {
    const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: Infinity, tries: TRIES };
    const outcome = await retry((tried) => attempt(act, key, asked, tried), patience);
    if ("status" in outcome) return outcome;
    throw refused(act, key, outcome.reason, undefined);
  }

  /** A failure that passes is an outcome with its reason; any other refusal is thrown. */
  async function attempt(
    act: string,
    key: string,
    asked: Asked,
    tried: number,
  ): Promise<Try<Answer | { readonly reason: string }>> {
    try {
      const { status, bytes } = await exchange({
        method: asked.method,
        ...splitUrl(asked.url),
        headers: {
          ...(await auth.headers()),
          ...(asked.body === undefined ? {} : { "content-type": "application/octet-stream" }),
        },
        body: asked.body,
        timeoutMs: ANSWER_TIMEOUT_MS,
        ...(asked.maxBytes === undefined ? {} : { maxBytes: asked.maxBytes }),
      });
      if ((status >= 200 && status < 300) || asked.accept.includes(status))
        return { outcome: { status, bytes: new Uint8Array(bytes), retried: tried > 1 }, mayPass: false };
      const refusal = refusalOfBody(status, jsonOrNothing(bytes));
      if (status < 500 && refusal.state !== "throttled") throw refused(act, key, refusal.reason, status);
      return { outcome: { reason: refusal.reason }, mayPass: true };
    } catch (error) {
      if (error instanceof RefbenchError && error.code === "infrastructure") throw error;
      // Credentials that are missing do not come back by waiting.
      if (error instanceof RefbenchError) throw refused(act, key, error.message, 401);
      return { outcome: { reason: messageOf(error) }, mayPass: !(error instanceof AnswerTooLargeError) };
    }
  }

  function refused(act: string, key: string, reason: string, status: number | undefined): RefbenchError {
    return new RefbenchError(
      "infrastructure",
      `cannot ${act} ${key} in ${url}: ${reason}; ${nextStep(status)}`,
    );
  }

  function nextStep(status: number | undefined): string {
    if (status === 404)
      return `make the bucket with "gcloud storage buckets create gs://${bucket} --uniform-bucket-level-access --public-access-prevention"`;
    if (status === 401) return `sign in with "gcloud auth application-default login"`;
    if (status === 403) return `ask for roles/storage.objectUser on gs://${bucket}`;
    return "try again once Cloud Storage answers";
  }
}

function jsonOrNothing(bytes: Uint8Array): unknown {
  try {
    return parseJson(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function bodyOf(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    return record(parseJson(Buffer.from(bytes).toString()));
  } catch {
    return undefined;
  }
}
