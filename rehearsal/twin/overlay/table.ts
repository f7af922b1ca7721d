import { AWS } from "./aws.ts";
import { GOOGLE } from "./google.ts";
import { HELM } from "./helm.ts";
import { KUBERNETES } from "./kubernetes.ts";
import type { TypeOverlay } from "../values/overlay.ts";

/** Facts about every type that the twin answers, by Terraform type. */
export const OVERLAY: Readonly<Record<string, TypeOverlay>> = {
  ...GOOGLE,
  ...AWS,
  ...KUBERNETES,
  ...HELM,
};

/** The overlay of one type. */
export function overlayOf(type: string): TypeOverlay {
  const overlay = OVERLAY[type];
  if (overlay === undefined)
    throw new Error(`the twin has no overlay for ${type}: add it to rehearsal/twin/overlay`);
  return overlay;
}
