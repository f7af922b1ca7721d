import { messageOf } from "./error.ts";

/**
 * What a failed Terraform command met, read from the clouds' words, since Terraform passes on nothing else:
 *
 * - `in-use`: something else still uses what was to go, or is in the middle of a change of it. It passes by itself, often
 *   after minutes: Google holds a subnetwork for minutes after an internal balancer, AWS its network interfaces.
 * - `other`: anything else.
 */
export type FailureKind = "in-use" | "other";

/** Codes and sentences of Google's APIs, AWS's APIs and Kubernetes for what is in use or in the middle of a change. */
const IN_USE =
  /already being used by|(resource|is|still|currently) in ?use|resourceNotReady|RESOURCE_(IN_USE|NOT_READY)|operationInProgress|incompatible operation|failedPrecondition|conditionNotMet|Error 412|DependencyViolation|has (a )?dependent|ResourceInUse|DeleteConflict|InvalidDBInstanceState|OperationAborted|ConcurrentModification/i;

/** Which kind of failure an error of the Terraform port is; the first that matches where it says several. */
export function failureKindOf(error: unknown): FailureKind {
  return IN_USE.test(messageOf(error)) ? "in-use" : "other";
}
