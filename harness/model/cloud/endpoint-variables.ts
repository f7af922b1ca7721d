import { z } from "zod";

/** Every variable by which Terraform, an SDK or refbench itself is led to another server than the cloud's. */
export const ENDPOINT_VARIABLE =
  /^(AWS_ENDPOINT_URL(_[A-Z0-9_]+)?|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS|GOOGLE_[A-Z0-9_]+_CUSTOM_ENDPOINT)$/;

/** Whether a text is an http or https URL that holds no credential. */
export function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

/**
 * Endpoint variables as they are kept with a run. They enter the environment of its processes, so neither another name
 * nor another kind of value may stand here.
 */
export const endpointVariables = z.record(z.string().regex(ENDPOINT_VARIABLE), z.string().refine(isPlainUrl));
