import { AWS_SECONDS } from "./aws.ts";
import type { KindSeconds } from "./duration.ts";
import { GOOGLE_SECONDS } from "./google.ts";
import { KUBERNETES_SECONDS } from "./kubernetes.ts";

const ALL: Readonly<Record<string, KindSeconds>> = {
  ...GOOGLE_SECONDS,
  ...AWS_SECONDS,
  ...KUBERNETES_SECONDS,
};

/** Returns how long a Terraform kind takes; undefined for a kind of which nothing is known. */
export function findKindSeconds(kind: string): KindSeconds | undefined {
  return Object.hasOwn(ALL, kind) ? ALL[kind] : undefined;
}
