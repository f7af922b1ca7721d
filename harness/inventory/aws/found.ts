import { findIsoTime } from "../../tools/time/instant.ts";
import { classOf } from "./failure.ts";
import type { AwsKindName, AwsKindService, awsKinds } from "./kinds.ts";
import type { AwsSession } from "./session.ts";

/** One resource as a direct call describes it, before its run is known. */
export interface FoundAwsResource {
  readonly kind: AwsKindName;
  /** The argument of its delete call: an id, a name, an ARN, or `cluster/node group`. */
  readonly native: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Ids of the resources that contain it and are deleted with it: a VPC, a cluster, an instance. */
  readonly livesIn: readonly string[];
  /** Other names that may have a run's prefix, such as the database of a snapshot. */
  readonly alias?: readonly string[];
  /** The cluster in its name: of `eks-cluster-sg-<cluster>-…` and `/aws/eks/<cluster>/…`. */
  readonly namedForCluster?: string;
  readonly createdAt?: string;
}

/** The calls of one kind. */
export interface KindCalls {
  /**
   * Lists every resource of the kind in the account and region, to the last page. Resources that AWS already reports
   * as deleted are left out.
   */
  list(aws: AwsSession): AsyncIterable<FoundAwsResource>;
  /** Deletes a resource, after detaching it from others. Throws AWS's refusals unchanged. */
  remove(aws: AwsSession, native: string): Promise<void>;
}

/** Tags in the format of EC2, IAM, RDS and others. */
export function tagsOf(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> {
  return Object.fromEntries(
    (tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? ""]])),
  );
}

/** Returns a required attribute. A missing one makes the list fail. */
export function must<T>(value: T | undefined, attribute: string): T {
  if (value === undefined) throw new Error(`AWS answered without ${attribute}`);
  return value;
}

/** The optional fields of a find, without those that AWS does not return. */
export function since(createdAt: Date | undefined): { readonly createdAt?: string } {
  const time = createdAt === undefined ? undefined : findIsoTime(createdAt);
  return time === undefined ? {} : { createdAt: time };
}

/** Returns the answer, or undefined if the resource was deleted since the list. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (classOf(error) === "gone") return undefined;
    throw error;
  }
}

/** Returns the ids that are known. */
export function ids(...all: readonly (string | undefined)[]): string[] {
  return all.filter((id) => id !== undefined && id !== "") as string[];
}

/** The calls that a service's module must provide: exactly its kinds in the table. */
export type KindsOf<Service extends AwsKindService> = {
  readonly [
    Kind in AwsKindName as (typeof awsKinds)[Kind]["service"] extends Service ? Kind : never
  ]: KindCalls;
};
