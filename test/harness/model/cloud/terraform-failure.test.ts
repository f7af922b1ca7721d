import { expect, test } from "vitest";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { failureKindOf } from "../../../../harness/model/cloud/terraform-failure.ts";

/** Words as the providers pass them on, by the cloud that they are from. */
const IN_USE = [
  "Error waiting for Deleting Subnetwork: The subnetwork resource 'projects/p/regions/r/subnetworks/s' is already being used by 'projects/p/regions/r/forwardingRules/f'",
  "googleapi: Error 400: The network resource 'projects/p/global/networks/n' is already being used by 'projects/p/global/firewalls/f', resourceInUseByAnotherResource",
  "googleapi: Error 400: The resource 'projects/p/regions/r/addresses/a' is not ready, resourceNotReady",
  "googleapi: Error 412: Precondition Failed., conditionNotMet",
  "googleapi: Error 400: Cluster is running incompatible operation operation-1., failedPrecondition",
  "googleapi: Error 409: Operation failed because another operation was already in progress., operationInProgress",
  "api error DependencyViolation: The vpc 'vpc-1' has dependencies and cannot be deleted.",
  "api error DependencyViolation: resource sg-1 has a dependent object",
  "api error InvalidParameterValue: Network interface 'eni-1' is currently in use.",
  "ResourceInUseException: Cluster has nodegroups attached",
  "DeleteConflict: Cannot delete entity, must detach all policies first.",
  "InvalidDBInstanceState: Instance bench-db is already being deleted.",
];

test.each(IN_USE)("in use, and may pass: %s", (words) => {
  const message = `terraform destroy failed in stack gke-cloud: 1 error\n  - ${words}`;
  expect(failureKindOf(new RefbenchError("infrastructure", message))).toBe("in-use");
});

const UNREACHABLE = [
  'Get "https://10.0.0.9/api/v1/namespaces/coder": dial tcp 10.0.0.9:443: connect: connection refused',
  'Post "https://gke-1.us-central1.gke.goog/api/v1/namespaces": net/http: TLS handshake timeout',
  'Put "https://10.0.0.9/api/v1/x": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  "Kubernetes cluster unreachable: the server is currently unable to handle the request",
  "etcdserver: leader changed",
];

test.each(UNREACHABLE)("an API server that is away: %s", (words) => {
  expect(failureKindOf(new RefbenchError("infrastructure", words))).toBe("unreachable");
});

test.each([
  "installation failed\ncontext deadline exceeded",
  "googleapi: Error 403: Required 'compute.networks.delete' permission, forbidden",
  '"password_wo_version": all of `password_wo,password_wo_version` must be specified',
  "googleapi: Error 404: The resource was not found, notFound",
  "Error acquiring the state lock",
])("anything else: %s", (words) => {
  expect(failureKindOf(new RefbenchError("infrastructure", words))).toBe("other");
});
