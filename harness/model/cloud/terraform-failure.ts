import { messageOf } from "../../tools/error.ts";

/**
 * The kind of a failed Terraform command, from the clouds' words, because Terraform passes on nothing else:
 *
 * - `in-use`: something else still uses or changes the resource. It ends automatically, often
 *   after minutes: Google holds a subnetwork for minutes after an internal balancer, AWS its network interfaces.
 * - `unreachable`: a cluster's API server did not answer, as while its control plane is resized.
 * - `other`: anything else.
 */
export type FailureKind = "in-use" | "unreachable" | "other";

/** Codes and sentences of Google's APIs, AWS's APIs and Kubernetes for what is in use or in the middle of a change. */
const IN_USE =
  /already being used by|(resource|is|still|currently) in ?use|resourceNotReady|RESOURCE_(IN_USE|NOT_READY)|operationInProgress|incompatible operation|failedPrecondition|conditionNotMet|Error 412|DependencyViolation|has (a )?dependent|ResourceInUse|DeleteConflict|InvalidDBInstanceState|OperationAborted|ConcurrentModification/i;

/** Errors of connections, and an API server's words for "not now". A wait for pods that never started is not one. */
const UNREACHABLE =
  /connection (refused|reset)|i\/o timeout|no route to host|TLS handshake timeout|client connection lost|cluster unreachable|server is currently unable to handle|etcdserver: |(Get|Post|Put|Patch|Delete) "[^"]*": .*(deadline exceeded|EOF|request canceled|awaiting headers|Service Unavailable)/i;

/** The kind of failure of an error of the Terraform port; the first match if it names several. */
export function failureKindOf(error: unknown): FailureKind {
  const message = messageOf(error);
  if (IN_USE.test(message)) return "in-use";
  return UNREACHABLE.test(message) ? "unreachable" : "other";
}
