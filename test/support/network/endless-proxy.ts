import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { json } from "node:stream/consumers";
import { WebSocketServer } from "ws";

/** An answer that does not end, or that is larger than any answer of Coder. `healthy` asks the server behind for its answer. */
export type Endless = (response: ServerResponse, healthy: () => Promise<unknown>) => void;

const CHUNK = Buffer.alloc(64 * 1024, " ");
const AS_JSON = { "content-type": "application/json" };

/** Answers to a request. */
export const ENDLESS_ANSWERS = {
  "sends one byte now and then": (response) => {
    response.writeHead(200, AS_JSON);
    const timer = setInterval(() => response.write(" "), 50);
    response.on("close", () => clearInterval(timer));
  },
  "sends a body without an end": (response) => {
    response.writeHead(200, AS_JSON);
    const pump = (): void => {
      while (!response.destroyed && response.write(CHUNK));
    };
    response.on("drain", pump);
    pump();
  },
  "sends a hundred thousand brackets": (response) => {
    response.writeHead(200, AS_JSON).end("[".repeat(100_000));
  },
  "never answers": () => undefined,
} satisfies Record<string, Endless>;

/** Answers to a listing, made of the first item that the server behind has. */
export const ENDLESS_PAGES = {
  "sends the same full page for ever": () => pages((_, n) => n),
  "sends a full page of new ids for ever": () => pages((page, n) => page * 100 + n),
} satisfies Record<string, () => Endless>;

function pages(numberOf: (page: number, n: number) => number): Endless {
  let page = 0;
  let first: readonly [list: string, item: { readonly id: string }] | undefined;
  return (response, healthy) => {
    const own = page++;
    void healthy().then((answer) => {
      for (const [name, value] of Object.entries(answer as Record<string, { id: string }[]>))
        if (Array.isArray(value) && value[0] !== undefined) first ??= [name, value[0]];
      if (first === undefined) throw new Error("the server behind has nothing to make a page of");
      const [list, item] = first;
      const idOf = (n: number): string => `${String(numberOf(own, n)).padStart(8, "0")}${item.id.slice(8)}`;
      const items = Array.from({ length: 100 }, (_, n) => ({ ...item, id: idOf(n) }));
      response.writeHead(200, AS_JSON).end(JSON.stringify({ [list]: items, count: 1e9 }));
    });
  };
}

/** The behaviours of a terminal's websocket once it is open. */
export const ENDLESS_SOCKETS = {
  "says nothing": () => undefined,
  "sends messages without an end": (socket) => {
    const message = Buffer.concat([Buffer.from([0x82, 126, 0x80, 0]), Buffer.alloc(0x8000, ".")]);
    pump(socket, message);
  },
  "sends pings without an end": (socket) => pump(socket, Buffer.from([0x89, 0])),
  "sends one message without an end": (socket) => {
    socket.write(Buffer.from([0x02, 1, 0x2e]));
    pump(socket, Buffer.from([0x00, 1, 0x2e]));
  },
  "announces a message of a terabyte": (socket) => {
    socket.write(Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]));
    pump(socket, CHUNK);
  },
} satisfies Record<string, (socket: Duplex) => void>;

/** Writes for as long as it is read, a turn of the event loop between: the writer's own process has other work. */
function pump(socket: Duplex, bytes: Buffer): void {
  const some = Buffer.concat(Array.from({ length: Math.max(1, 4096 / bytes.length) }, () => bytes));
  const next = (): void => {
    if (socket.destroyed) return;
    if (socket.write(some)) setImmediate(next);
    else socket.once("drain", next);
  };
  next();
}

export interface EndlessProxyOptions {
  /** The URL of a healthy server. */
  readonly target: string;
  /** Request lines without their HTTP version, such as `GET /api/v2/users/me`. */
  readonly match: RegExp;
  /** So many matching requests are answered by the server first. @default 0 */
  readonly skip?: number;
  readonly answer?: Endless;
  readonly socket?: (socket: Duplex) => void;
  /** Called with each request that is played. */
  readonly onPlayed?: () => void;
}

/** A proxy before a healthy server that plays an endless answer on one route, from a chosen request on. */
export async function startEndlessProxy(options: EndlessProxyOptions) {
  const { target, match, skip = 0, answer, socket: play } = options;
  const to = new URL(target);
  const counts = { seen: 0, played: 0, sent: 0 };
  const isPlayed = ({ method = "", url = "" }: IncomingMessage): boolean => {
    if (!match.test(`${method} ${url}`) || ++counts.seen <= skip) return false;
    counts.played += 1;
    options.onPlayed?.();
    return true;
  };
  const onward = (incoming: IncomingMessage) =>
    request({
      ...{ host: to.hostname, port: to.port, method: incoming.method, path: incoming.url },
      headers: { ...incoming.headers, host: to.host },
    });
  const server = createServer((incoming, reply) => {
    const asked = onward(incoming).on("error", () => reply.destroy());
    if (answer !== undefined && isPlayed(incoming)) {
      incoming.resume();
      const healthy = new Promise<unknown>((resolve, reject) => {
        asked.on("response", (response) => void json(response).then(resolve, reject));
      });
      answer(reply, () => healthy);
      asked.end();
      return;
    }
    asked.on("response", (response) => {
      reply.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(reply);
    });
    incoming.pipe(asked);
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (incoming, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (play !== undefined && isPlayed(incoming)) {
      sockets.handleUpgrade(incoming, socket, head, () => play(socket));
      return;
    }
    const through = connect(Number(to.port), to.hostname, () => {
      const headers = Object.entries({ ...incoming.headers, host: to.host });
      const lines = headers.map(([name, value]) => `${name}: ${String(value)}`);
      through.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
      through.write(head);
      through.pipe(socket).pipe(through);
    });
    through.on("error", () => socket.destroy());
    socket.on("close", () => through.destroy());
  });
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.on("close", () => {
      open.delete(socket);
      counts.sent += socket.bytesWritten;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many requests matched, how many of them were played, and the bytes sent on connections that are closed. */
    counts,
    /** Connections that stand. */
    open,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
