/** A server on a loopback address. */
const LOOPBACK = /^https?:\/\/127\./;

/**
 * Returns the address from which a part connects to a deployment on this machine: each part has one of its own, because
 * one address has some 28,000 local ports to one server. Elsewhere the kernel chooses it: undefined.
 */
export function localAddressOf(
  { url, proxy }: { readonly url: string; readonly proxy?: string | undefined },
  index: number,
): string | undefined {
  // Other systems have no loopback address but 127.0.0.1.
  if (proxy !== undefined || !LOOPBACK.test(url) || process.platform !== "linux") return undefined;
  // Servers of rehearsals have addresses that are not in 127.0.0.0/16.
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}
