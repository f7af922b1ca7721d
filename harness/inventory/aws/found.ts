import { findIsoTime } from "../../tools/time/instant.ts";
import { classOf } from "./failure.ts";
import type { AwsKindName, AwsKindService, awsKinds } from "./kinds.ts";
import type { AwsSession } from "./session.ts";

/** One thing as a direct call describes it, before anyone knows whose it is. */
export interface FoundAwsResource {
  readonly kind: AwsKindName;
  /** What its delete call wants: an id, a name, an ARN, or `cluster/node group`. */
  readonly native: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Ids of what it lives in and goes with: a VPC, a cluster, an instance. */
  readonly livesIn: readonly string[];
  /** Other words that may carry a run's prefix: the database that a snapshot was taken of. */
  readonly alias?: readonly string[];
  /** The cluster that it belongs to by its name: of `eks-cluster-sg-<cluster>-…` and `/aws/eks/<cluster>/…`. */
  readonly namedForCluster?: string;
  readonly createdAt?: string;
}

/** The calls of one kind. */
export interface KindCalls {
  /** Everything of the kind in account and region, to the last page; what is already gone for AWS is left out. */
  list(aws: AwsSession): AsyncIterable<FoundAwsResource>;
  /** Deletes it, after detaching what would hold it. Throws AWS's refusals as they come. */
  remove(aws: AwsSession, native: string): Promise<void>;
}

/** Tags as EC2, IAM, RDS and others write them. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries(
    (tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])),
  );
}

/** An attribute without which an answer means nothing: its absence fails the list. */
export function must<T>(value: T | undefined, attribute: string): T {
  if (value === undefined) throw new Error(`AWS answered without ${attribute}`);
  return value;
}

/** The optional parts of a find, left out where AWS does not say. */
export function since(createdAt: Date | undefined): { readonly createdAt?: string } {
  const time = createdAt === undefined ? undefined : findIsoTime(createdAt);
  return time === undefined ? {} : { createdAt: time };
}

/** The answer, or undefined when its subject went between the list and this call. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (classOf(error) === "gone") return undefined;
    throw error;
  }
}

/** Ids without the unknown ones. */
export function ids(...all: readonly (string | undefined)[]): string[] {
  return all.filter((id) => id !== undefined && id !== "") as string[];
}

/** What a service's module must answer for: exactly the kinds that the table gives it. */
export type KindsOf<Service extends AwsKindService> = {
  readonly [
    Kind in AwsKindName as (typeof awsKinds)[Kind]["service"] extends Service ? Kind : never
  ]: KindCalls;
};
