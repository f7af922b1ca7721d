import { createHash } from "node:crypto";
import type { OverlayTemplate } from "./overlay.ts";
import type { Values } from "./value.ts";
import { UNKNOWN } from "./value.ts";
import { valueAt } from "./walk.ts";

/** Values that templates may name besides the resource's own values. */
export interface TemplateContext {
  readonly project?: string | undefined;
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
  /** Name of the cluster that a Kubernetes object lives in. */
  readonly cluster?: string | undefined;
  /** Key of the resource, once its name and scope are known. */
  readonly key?: string | undefined;
}

/** Returns the text of a template for a resource; unknown values are empty. */
export function render(template: OverlayTemplate, values: Values, context: TemplateContext): string {
  return template.replaceAll(/\{([^}]+)\}/g, (_all, expression: string) => {
    const [path = "", pipe] = expression.split("|");
    const text =
      lookup(path, values, context) ??
      (pipe === undefined || pipe === "last" ? "" : lookup(pipe, values, context)) ??
      "";
    return pipe === "last" ? lastSegment(text) : text;
  });
}

/** Returns the text behind the last slash of a link, an id or a name. */
export function lastSegment(link: string): string {
  return link.slice(link.lastIndexOf("/") + 1);
}

/** A number of 32 bits made of a text: the same for the same resource, so that nothing random enters a plan. */
export function templateHash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The processor of a machine that may have either of two: as in a zone, some have one and some the other. */
export function processorOf(key: string): string {
  return (templateHash(key)[0] ?? 0) % 2 === 0 ? "Intel Cascade Lake" : "Intel Ice Lake";
}

function lookup(path: string, values: Values, context: TemplateContext): string | undefined {
  if (path === "now") return new Date().toISOString();
  if (path === "hash")
    return templateHash(context.key ?? "")
      .toString("hex")
      .slice(0, 8);
  if (path === "ip") return `10.${[...templateHash(context.key ?? "").subarray(0, 3)].join(".")}`;
  if (path === "processor") return processorOf(context.key ?? "");
  const value = valueAt(values, path);
  if (typeof value === "string" && value !== "") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value === UNKNOWN && !(path in context)) return undefined;
  if (path === "region") return context.region ?? regionOf(values, context);
  if (path === "project" || path === "zone" || path === "cluster") return context[path];
  return undefined;
}

/** A zone's region, for resources that name only their zone or location. */
function regionOf(values: Values, { zone }: TemplateContext): string | undefined {
  const place = [values["zone"], values["location"], zone].find((one) => typeof one === "string");
  return typeof place === "string" ? lastSegment(place).replace(/-[a-z]$/, "") : undefined;
}
