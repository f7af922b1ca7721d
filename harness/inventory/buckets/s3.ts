import type { S3ClientConfig } from "@aws-sdk/client-s3";
import type { Bucket } from "../../model/ports/bucket.ts";
import { systemClock, type Clock } from "../../tools/time/clock.ts";
import { RefbenchError } from "../../tools/error.ts";
import { readUpTo } from "../../tools/exchange.ts";
import { PageWatch } from "../../tools/page-watch.ts";
import { type Try, retry } from "../../tools/time/retry.ts";
import { MAX_ANSWER_BYTES, MAX_OBJECT_BYTES } from "./bounds.ts";
import { boundAnswers } from "../aws/bound-answers.ts";
import { classOf, awsFailureText } from "../aws/failure.ts";

export interface S3BucketOptions {
  readonly bucket: string;
  readonly prefix: string;
  /** @default AWS_REGION or AWS_DEFAULT_REGION */
  readonly region?: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default the system's */
  readonly clock?: Clock;
}

const TRIES = 4;
const FIRST_WAIT_MS = 500;
/** For a whole answer, body included: the SDK's own timeouts are for its head. */
const ANSWER_TIMEOUT_MS = 30_000;

/** A bucket of S3, by the SDK, with the endpoint and credentials that `env` names. */
export async function s3Bucket(options: S3BucketOptions): Promise<Bucket> {
  const { bucket, prefix, env, clock = systemClock } = options;
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  // Loaded when asked for: a run that never asks AWS loads no SDK.
  const sdk = await import("@aws-sdk/client-s3");
  const region = options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"];
  const place = `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
  // Whoever is told this URL may be in another region.
  const url = options.region === undefined ? place : `${place}?region=${options.region}`;
  if (region === undefined || region === "")
    throw new RefbenchError(
      "usage",
      `${url} has no region: write ${url}?region=us-east-1, or set AWS_REGION`,
    );
  const bounded = (maxBytes: number) => boundAnswers(new sdk.S3Client(configOf(region, env)), maxBytes);
  const client = bounded(MAX_ANSWER_BYTES);
  const objects = bounded(MAX_OBJECT_BYTES);
  const named = (key: string): string => (prefix === "" ? key : `${prefix}/${key}`);
  const at = (key: string) => ({ Bucket: bucket, Key: named(key) });

  const get = async (key: string): Promise<Uint8Array | undefined> => {
    const answer = await call("read", key, "NoSuchKey", async (abortSignal) => {
      const { Body } = await objects.send(new sdk.GetObjectCommand(at(key)), { abortSignal });
      // In Node it is always a stream.
      return Body === undefined ? undefined : readUpTo(Body as AsyncIterable<Buffer>, MAX_OBJECT_BYTES);
    });
    return answer.value;
  };

  return {
    url,
    put: async (key, bytes) => {
      await call("write", key, undefined, (abortSignal) =>
        client.send(new sdk.PutObjectCommand({ ...at(key), Body: bytes }), { abortSignal }),
      );
    },
    putIfAbsent: async (key, bytes) => {
      const { value, retried } = await call("write", key, "PreconditionFailed", (abortSignal) =>
        client.send(new sdk.PutObjectCommand({ ...at(key), Body: bytes, IfNoneMatch: "*" }), { abortSignal }),
      );
      if (value !== undefined) return true;
      // The try before may have been ours, its answer lost.
      return retried && Buffer.from(bytes).equals((await get(key)) ?? new Uint8Array());
    },
    get,
    list: async (keyPrefix) => {
      const keys: string[] = [];
      const pages = new PageWatch();
      let token: string | undefined;
      do {
        const ContinuationToken = token;
        const { value } = await call("list", keyPrefix, undefined, (abortSignal) =>
          client.send(
            new sdk.ListObjectsV2Command({
              Bucket: bucket,
              Prefix: named(keyPrefix),
              ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
            }),
            { abortSignal },
          ),
        );
        for (const { Key } of value?.Contents ?? [])
          if (Key !== undefined) keys.push(Key.slice(named("").length));
        token = value?.NextContinuationToken;
        const endless = token === undefined ? undefined : pages.next(token);
        if (endless !== undefined)
          throw new RefbenchError("infrastructure", `cannot list ${keyPrefix} in ${url}: ${endless}`);
      } while (token !== undefined);
      return keys.sort();
    },
    remove: async (key) => {
      await call("remove", key, "NoSuchKey", (abortSignal) =>
        client.send(new sdk.DeleteObjectCommand(at(key)), { abortSignal }),
      );
    },
  };

  /** Waits out throttling and failures that pass; `except` names the refusal that is an answer. */
  async function call<Output>(
    act: string,
    key: string,
    except: string | undefined,
    send: (signal: AbortSignal) => Promise<Output>,
  ): Promise<{ readonly value: Output | undefined; readonly retried: boolean }> {
    type Tried = { readonly value: Output | undefined } | { readonly error: unknown };
    const attempt = async (): Promise<Try<Tried>> => {
      const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      try {
        return { outcome: { value: await send(late) }, mayPass: false };
      } catch (error) {
        const name = error instanceof Error ? error.name : "";
        if (name === except) return { outcome: { value: undefined }, mayPass: false };
        const kind = classOf(error);
        const mayPass =
          kind === "throttled" ||
          kind === "transient" ||
          late.aborted ||
          name === "ConditionalRequestConflict";
        return { outcome: { error: late.aborted ? late.reason : error }, mayPass };
      }
    };
    let tries = 0;
    const patience = { clock, firstWaitMs: FIRST_WAIT_MS, longestWaitMs: Infinity, tries: TRIES };
    const outcome = await retry((tried) => ((tries = tried), attempt()), patience);
    if ("value" in outcome) return { value: outcome.value, retried: tries > 1 };
    const { error } = outcome;
    throw new RefbenchError(
      "infrastructure",
      `cannot ${act} ${key} in ${url}: ${awsFailureText(error)}; ${nextStep(error instanceof Error ? error.name : "", classOf(error))}`,
      { cause: error },
    );
  }

  function nextStep(name: string, kind: string): string {
    if (name === "NoSuchBucket")
      return `make the bucket with "aws s3api create-bucket --bucket ${bucket} --region ${region ?? ""}" (outside us-east-1 with --create-bucket-configuration LocationConstraint=${region ?? ""})`;
    if (kind === "denied")
      return `sign in with "aws sso login", or ask for s3:GetObject, PutObject, DeleteObject and ListBucket on ${bucket}`;
    return "try again once S3 answers";
  }
}

function configOf(region: string, env: NodeJS.ProcessEnv): S3ClientConfig {
  const endpoint =
    env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] === "true"
      ? undefined
      : (env["AWS_ENDPOINT_URL_S3"] ?? env["AWS_ENDPOINT_URL"]);
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  return {
    region,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
    // An emulator has no host name a bucket.
    ...(endpoint !== undefined && endpoint !== "" && { endpoint, forcePathStyle: true }),
    ...(AWS_PROFILE !== undefined && { profile: AWS_PROFILE }),
    // A profile that is named wins over keys, as in the SDK's own chain.
    ...(AWS_PROFILE === undefined &&
      AWS_ACCESS_KEY_ID !== undefined &&
      AWS_SECRET_ACCESS_KEY !== undefined && {
        credentials: {
          accessKeyId: AWS_ACCESS_KEY_ID,
          secretAccessKey: AWS_SECRET_ACCESS_KEY,
          ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
        },
      }),
  };
}
