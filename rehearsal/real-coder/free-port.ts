import { createServer, type AddressInfo } from "node:net";

/** The wanted port of an address when it is free, or any other that is. */
export async function freePort(host: string, wanted: number): Promise<number> {
  return (await bound(host, wanted)) ?? (await bound(host, 0)) ?? wanted;
}

function bound(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, host, () => {
      const { port: got } = probe.address() as AddressInfo;
      probe.close(() => resolve(got));
    });
  });
}
