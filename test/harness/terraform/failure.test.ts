import { expect, test } from "vitest";
import { failureOf } from "../../../harness/terraform/failure.ts";
import type { Diagnostic } from "../../../harness/terraform/message.ts";

const failed = (detail: string): string => {
  const diagnostic: Diagnostic = { severity: "error", summary: "Error", detail };
  const of = { command: "apply", directory: "/run/stacks/gke-cloud", exit: "exit code 1", plainLines: [] };
  return failureOf({ ...of, diagnostics: [diagnostic] }).message;
};

test.each([
  "Error waiting for instance to create: Quota 'N2_CPUS' exceeded.  Limit: 8.0 in region us-central1.",
  `googleapi: Error 403: \n\t(1) insufficient regional quota to satisfy request: resource "CPUS": request requires '72.0'`,
  "googleapi: Error 403: Insufficient project quota to satisfy request, forbidden",
  "googleapi: Error 429: Quota limit 'StandardInstancesPerProjectPerRegion' has been exceeded.",
  "VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 allows",
  "VpcLimitExceeded: The maximum number of VPCs has been reached.",
])("an exceeded quota is reported in the cloud's words with advice: %s", (detail) => {
  const message = failed(detail);
  expect(message).toContain("terraform apply failed in stack gke-cloud: 1 error");
  expect(message).toContain(detail.slice(0, 20));
  expect(message.split("\n").at(-1)).toMatch(/^ {2}a quota has no room: .*--size; refbench preflight/);
});

test.each([
  "googleapi: Error 403: Required permission",
  "RequestLimitExceeded: Request limit exceeded.",
  "The quotation is not JSON",
])("no other failure is reported as a quota: %s", (detail) => {
  expect(failed(detail)).not.toContain("a quota has no room");
});
