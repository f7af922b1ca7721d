import { classOf, awsFailureText } from "./failure.ts";
import type { FoundAwsResource } from "./found.ts";
import { callsOf } from "./kind-calls.ts";
import { AWS_KIND_NAMES } from "./kinds.ts";
import type { AwsKindName } from "./kinds.ts";
import type { AwsSession } from "./session.ts";

/** Kinds listed at the same time: fast, and few enough not to be throttled. */
const AT_ONCE = 6;

/** How often a kind is listed again when one of its resources was deleted while its details were read. */
const LIST_TRIES = 3;

/** The answers of the direct calls, and the kinds that could not be listed, with the reason. */
export interface Listed {
  readonly found: readonly FoundAwsResource[];
  readonly failures: ReadonlyMap<AwsKindName, string>;
}

/** Lists every kind of the table. A kind with any failed page is a failure, whatever its other pages contain. */
export async function listKinds(aws: AwsSession): Promise<Listed> {
  const found: FoundAwsResource[] = [];
  const failures = new Map<AwsKindName, string>();
  const queue = [...AWS_KIND_NAMES];
  const worker = async (): Promise<void> => {
    for (let kind = queue.shift(); kind !== undefined; kind = queue.shift()) {
      try {
        found.push(...(await listKind(aws, kind)));
      } catch (error) {
        failures.set(kind, awsFailureText(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { found, failures };
}

async function listKind(aws: AwsSession, kind: AwsKindName): Promise<FoundAwsResource[]> {
  const calls = await callsOf(kind);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await collect(calls.list(aws));
    } catch (error) {
      if (classOf(error) !== "gone" || attempt === LIST_TRIES) throw error;
    }
  }
}

async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const one of all) collected.push(one);
  return collected;
}
