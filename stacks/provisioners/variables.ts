import type { Size } from "../../reference-architectures/architecture.ts";

/** The ephemeral variable with the key that Coder made for external provisioners. */
export const PROVISIONER_KEY = "provisioner_key";

/** The variable with their number: 0 until Coder has made the key. */
export const PROVISIONERS = "provisioners";

/** How resources of external provisioners use the stack's variables. */
export interface ProvisionerVariables {
  /** The key, as an expression. */
  readonly key: string;
  /** The `count` of a resource that exists once there are provisioners. */
  readonly once: string;
  /** The `count` of the machines of provisioners. */
  machines(nodes: number): string;
}

/** Whether the stacks of a size have these variables. */
export function hasExternalProvisioners({ provisioners }: Pick<Size, "provisioners">): boolean {
  return provisioners === "external";
}

/** Returns the expressions on the variables of the stack. */
export const PROVISIONER_EXPRESSIONS: ProvisionerVariables = {
  key: `\${var.${PROVISIONER_KEY}}`,
  once: `\${var.${PROVISIONERS} > 0 ? 1 : 0}`,
  machines: (nodes) => `\${var.${PROVISIONERS} > 0 ? ${nodes} : 0}`,
};
