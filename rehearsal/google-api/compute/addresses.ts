import { type Json, textOf } from "../json.ts";
import type { MockWorld } from "../world.ts";
import { linkPathOf } from "./links.ts";

/** The next free address of a subnetwork; Google keeps the first two and the last two of a range. */
export function nextAddress(world: MockWorld, subnetwork: string): string {
  const range = textOf(world.store.get(`compute/${subnetwork}`) ?? {}, "ipCidrRange") ?? "10.0.0.0/24";
  const first = numberOf(range.split("/")[0] ?? "");
  const taken = new Set(world.store.entries().flatMap(([, one]) => addressesIn(one)));
  for (let next = first + 2; ; next += 1) if (!taken.has(textOfNumber(next))) return textOfNumber(next);
}

/** The first usable address of a range: the gateway's. */
export function gatewayOf(range: string): string {
  return textOfNumber(numberOf(range.split("/")[0] ?? "") + 1);
}

/** Whether two ranges share an address. */
export function overlap(one: string, other: string): boolean {
  const [a, b] = [boundsOf(one), boundsOf(other)];
  return a.from < b.to && b.from < a.to;
}

/** The address that a rule or an instance's interface names, be it a link to one that was reserved. */
export function resolveAddress(world: MockWorld, value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const path = linkPathOf(value);
  if (path === undefined) return value;
  return textOf(world.store.get(`compute/${path}`) ?? {}, "address");
}

function addressesIn(one: Json): readonly string[] {
  const interfaces = (one["networkInterfaces"] ?? []) as readonly Json[];
  return [one["address"], one["IPAddress"], ...interfaces.map((face) => face["networkIP"])].filter(
    (value): value is string => typeof value === "string",
  );
}

function boundsOf(range: string): { readonly from: number; readonly to: number } {
  const [address = "", bits = "32"] = range.split("/");
  const from = numberOf(address);
  return { from, to: from + 2 ** (32 - Number(bits)) };
}

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function textOfNumber(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}
