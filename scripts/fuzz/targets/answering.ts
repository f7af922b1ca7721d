import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** More than any one listing of these answers needs: a page that is always the same one ends earlier. */
const MOST_CALLS = 5_000;

/** One server for all cases: every call is answered with the bytes of the case that plays. */
const playing = { bytes: Buffer.alloc(0), calls: 0, type: "" };
const server = createServer((request, response) => {
  request.resume();
  playing.calls += 1;
  const isRefusal = playing.calls > MOST_CALLS || playing.bytes.includes('"error"');
  response.writeHead(isRefusal ? 403 : 200, { "content-type": playing.type }).end(playing.bytes);
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
server.unref();

/** The server's address, with a final slash. */
export const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

/** Asks while every call is answered with these bytes; throws when it asks without an end. */
export async function answering<T>(
  bytes: Uint8Array,
  ask: () => Promise<T>,
  type = "application/json",
): Promise<T> {
  Object.assign(playing, { bytes: Buffer.from(bytes), calls: 0, type });
  const outcome = await ask();
  if (playing.calls > MOST_CALLS) throw new Error(`it asked more than ${MOST_CALLS} times`);
  return outcome;
}
