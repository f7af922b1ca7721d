import { messageOf } from "../../tools/error.ts";

/**
 * What a failed Terraform command met, read from the clouds' words, since Terraform passes on nothing else:
 *
 * - `in-use`: something else still uses what was to go, or is in the middle of a change of it. It passes by itself, often
 *   after minutes: Google holds a subnetwork for minutes after an internal balancer, AWS its network interfaces.
 * - `unreachable`: a cluster's API server did not answer, as while its control plane is resized.
 * - `other`: anything else.
 */
export type FailureKind = "in-use" | "unreachable" | "other";

/** Codes and sentences of Google's APIs, AWS's APIs and Kubernetes for what is in use or in the middle of a change. */
const IN_USE =
  /already being used by|(resource|is|still|currently) in ?use|resourceNotReady|RESOURCE_(IN_USE|NOT_READY)|operationInProgress|incompatible operation|failedPrecondition|conditionNotMet|Error 412|DependencyViolation|has (a )?dependent|ResourceInUse|DeleteConflict|InvalidDBInstanceState|OperationAborted|ConcurrentModification/i;

/** Errors of connections, and an API server's own words for "not now". A wait for pods that never came is none of them. */
const UNREACHABLE =
  /connection (refused|reset)|i\/o timeout|no route to host|TLS handshake timeout|client connection lost|cluster unreachable|server is currently unable to handle|etcdserver: |(Get|Post|Put|Patch|Delete) "[^"]*": .*(deadline exceeded|EOF|request canceled|awaiting headers|Service Unavailable)/i;

/** Which kind of failure an error of the Terraform port is; the first that matches where it says several. */
export function failureKindOf(error: unknown): FailureKind {
  const message = messageOf(error);
  if (IN_USE.test(message)) return "in-use";
  return UNREACHABLE.test(message) ? "unreachable" : "other";
}
