import type * as S3 from "@aws-sdk/client-s3";
import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";
import type { Bucket } from "../../model/ports/bucket.ts";
import { RefbenchError } from "../../tools/error.ts";
import { readUpTo } from "../../tools/exchange.ts";
import { type Clock, systemClock } from "../../tools/time/clock.ts";
import { retry, type Try } from "../../tools/time/retry.ts";
import { boundAnswers } from "../aws/bound-answers.ts";
import { awsFailureText, classOf } from "../aws/failure.ts";
import { MAX_ANSWER_BYTES, MAX_OBJECT_BYTES } from "./bounds.ts";
import {
  type Act,
  BUCKET_RETRIES,
  type BucketPlace,
  formatBucketUrl,
  cloudBucket,
  type ObjectCalls,
  objectName,
} from "./cloud-bucket.ts";

export interface S3BucketOptions extends BucketPlace {
  /** @default AWS_REGION or AWS_DEFAULT_REGION */
  readonly region?: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default the system's */
  readonly clock?: Clock;
}

/** For a complete answer with its body: the SDK's own timeouts end with the head. */
const ANSWER_TIMEOUT_MS = 30_000;

type Sdk = typeof S3;

/** A bucket of S3, through the SDK, with the endpoint and credentials that `env` names. */
export async function s3Bucket(options: S3BucketOptions): Promise<Bucket> {
  const { env } = options;
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  // Loaded on demand: a run that does not use AWS loads no SDK.
  const sdk = await import("@aws-sdk/client-s3");
  const region = options.region ?? env["AWS_REGION"] ?? env["AWS_DEFAULT_REGION"] ?? "";
  const place = formatBucketUrl("s3", options);
  // Another reader of this URL may be in another region.
  const url = options.region === undefined ? place : `${place}?region=${options.region}`;
  if (region === "")
    throw new RefbenchError(
      "usage",
      `${url} has no region: write ${url}?region=us-east-1, or set AWS_REGION`,
    );
  return cloudBucket(url, options, new S3Calls(sdk, { ...options, region, url }));
}

/** One call of the SDK. */
interface Call<Output> {
  readonly act: Act;
  readonly key: string;
  /** Name of the refusal that is returned as `undefined` instead of thrown. */
  readonly except?: string;
  readonly send: (abortSignal: AbortSignal) => Promise<Output>;
}

class S3Calls implements ObjectCalls {
  readonly #sdk: Sdk;
  readonly #options: S3BucketOptions & { readonly region: string; readonly url: string };
  readonly #clock: Clock;
  readonly #client: S3Client;
  /** Reads objects, which are larger than other answers. */
  readonly #objects: S3Client;

  constructor(sdk: Sdk, options: S3BucketOptions & { readonly region: string; readonly url: string }) {
    this.#sdk = sdk;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const config = configOf(options.region, options.env);
    this.#client = boundAnswers(new sdk.S3Client(config), MAX_ANSWER_BYTES);
    this.#objects = boundAnswers(new sdk.S3Client(config), MAX_OBJECT_BYTES);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const command = new this.#sdk.GetObjectCommand(this.#at(key));
    const { value } = await this.#call({
      act: "read",
      key,
      except: "NoSuchKey",
      send: async (abortSignal) => {
        const { Body } = await this.#objects.send(command, { abortSignal });
        // In Node it is always a stream.
        return Body === undefined ? undefined : readUpTo(Body as AsyncIterable<Buffer>, MAX_OBJECT_BYTES);
      },
    });
    return value;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const command = new this.#sdk.PutObjectCommand({ ...this.#at(key), Body: bytes });
    const send = (abortSignal: AbortSignal) => this.#client.send(command, { abortSignal });
    await this.#call({ act: "write", key, send });
  }

  async create(
    key: string,
    bytes: Uint8Array,
  ): Promise<{ readonly isCreated: boolean; readonly wasRetried: boolean }> {
    const command = new this.#sdk.PutObjectCommand({ ...this.#at(key), Body: bytes, IfNoneMatch: "*" });
    const send = (abortSignal: AbortSignal) => this.#client.send(command, { abortSignal });
    const call = { act: "write", key, except: "PreconditionFailed", send } as const;
    const { value, wasRetried } = await this.#call(call);
    return { isCreated: value !== undefined, wasRetried };
  }

  async listPage(
    keyPrefix: string,
    token: string | undefined,
  ): Promise<{ readonly names: readonly string[]; readonly next: string | undefined }> {
    const command = new this.#sdk.ListObjectsV2Command({
      Bucket: this.#options.bucket,
      Prefix: objectName(this.#options, keyPrefix),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    const send = (abortSignal: AbortSignal) => this.#client.send(command, { abortSignal });
    const { value } = await this.#call({ act: "list", key: keyPrefix, send });
    const names = (value?.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    return { names, next: value?.NextContinuationToken };
  }

  async remove(key: string): Promise<void> {
    const command = new this.#sdk.DeleteObjectCommand(this.#at(key));
    const send = (abortSignal: AbortSignal) => this.#client.send(command, { abortSignal });
    await this.#call({ act: "remove", key, except: "NoSuchKey", send });
  }

  refuse(act: Act, key: string, reason: string, cause?: unknown): RefbenchError {
    const { bucket, region, url } = this.#options;
    const message = `cannot ${act} ${key} in ${url}: ${reason}; ${nextStep(bucket, region, cause)}`;
    return new RefbenchError("infrastructure", message, { cause });
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#options.bucket, Key: objectName(this.#options, key) };
  }

  /** Retries throttled calls and temporary failures. */
  async #call<Output>(
    call: Call<Output>,
  ): Promise<{ readonly value: Output | undefined; readonly wasRetried: boolean }> {
    let tries = 0;
    const patience = { ...BUCKET_RETRIES, clock: this.#clock };
    const outcome = await retry((tried) => ((tries = tried), attempt(call)), patience);
    if ("value" in outcome) return { value: outcome.value, wasRetried: tries > 1 };
    throw this.refuse(call.act, call.key, awsFailureText(outcome.error), outcome.error);
  }
}

type Tried<Output> = { readonly value: Output | undefined } | { readonly error: unknown };

async function attempt<Output>({ except, send }: Call<Output>): Promise<Try<Tried<Output>>> {
  const late = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    return { outcome: { value: await send(late) }, mayPass: false };
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === except) return { outcome: { value: undefined }, mayPass: false };
    const isTemporary = ["throttled", "transient"].includes(classOf(error));
    return {
      outcome: { error: late.aborted ? late.reason : error },
      mayPass: isTemporary || late.aborted || name === "ConditionalRequestConflict",
    };
  }
}

function nextStep(bucket: string, region: string, cause: unknown): string {
  if (cause instanceof Error && cause.name === "NoSuchBucket")
    return `make the bucket with "aws s3api create-bucket --bucket ${bucket} --region ${region}" (outside us-east-1 with --create-bucket-configuration LocationConstraint=${region})`;
  if (cause !== undefined && classOf(cause) === "denied")
    return `sign in with "aws sso login", or ask for s3:GetObject, PutObject, DeleteObject and ListBucket on ${bucket}`;
  return "try again once S3 answers";
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
