import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { type MessageFault, MessageRewriter } from "./message-rewriter.ts";

/** The fault of one connection; `afterBytes` counts the bytes of the server's answers to the request. */
export type Fault =
  /** The connection is reset in place of an answer. */
  | { readonly kind: "refuse" }
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** Nothing passes any more, either way, and the sockets stand. */
  | { readonly kind: "black-hole"; readonly afterBytes: number }
  /** Nothing reaches the server any more; its output still arrives. */
  | { readonly kind: "deaf"; readonly afterBytes: number }
  | { readonly kind: "slow-first-byte"; readonly ms: number }
  | { readonly kind: "trickle"; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: "stall"; readonly afterBytes: number; readonly ms: number }
  /** So many bytes of the answer never come. */
  | { readonly kind: "truncate"; readonly afterBytes: number; readonly bytes: number }
  /** Every byte of the answer from there on is another one. */
  | { readonly kind: "corrupt"; readonly afterBytes: number }
  | { readonly kind: "close"; readonly afterBytes: number }
  /** The fault of each websocket message of the answer that is longer than this many bytes; its framing stays right. */
  | { readonly kind: MessageFault; readonly longerThan: number }
  /** The proxy answers in the server's place. */
  | { readonly kind: "answer"; readonly status: 403 | 429 | 503; readonly retryAfter?: number }
  /** Something else comes in place of TLS. */
  | { readonly kind: "tls-garbage" }
  /** Both ways. */
  | { readonly kind: "latency"; readonly ms: number }
  /** The answer, from there on. */
  | { readonly kind: "slow"; readonly afterBytes: number; readonly ms: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Request lines, such as `GET /api/v2/users/me HTTP/1.1`. */
  readonly match: RegExp;
  /** So many matching requests are let through first. @default 0 */
  readonly skip?: number;
  /** No more than so many. @default all */
  readonly count?: number;
  /** Share of the matching requests, by the seed. @default 1 */
  readonly share?: number;
}

export interface FaultProxyOptions {
  readonly target: string;
  readonly rules: readonly FaultRule[];
  readonly seed?: number;
  /** Makes the proxy speak TLS to its clients. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

const REQUEST_LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) \S+ HTTP\/1\.1/;

/** A TCP proxy between generator and server that plays faults by a seeded schedule, one rule a request. */
export async function startFaultProxy(options: FaultProxyOptions) {
  const schedule = new Schedule(options.rules, options.seed ?? 1);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  let isAway = false;
  let thaw: NodeJS.Timeout | undefined;
  let back: NodeJS.Timeout | undefined;
  const server = createServer((raw) => {
    sockets.add(raw);
    if (isAway) {
      raw.on("error", () => undefined).resetAndDestroy();
      return;
    }
    if (isFrozen) raw.pause();
    raw.on("close", () => sockets.delete(raw)).on("error", () => undefined);
    new ProxiedConnection(raw, options, schedule);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const dispose = async (): Promise<void> => {
    clearTimeout(thaw);
    clearTimeout(back);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    url: options.tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    /** How many faults of each kind were played. */
    played: schedule.played,
    /** The server stops for so long: it reads nothing that is sent to it. */
    /** As a server that restarts: every connection ends, and new ones are refused for so long. */
    restart: (forMs: number) => {
      isAway = true;
      for (const socket of sockets) socket.resetAndDestroy();
      clearTimeout(back);
      back = setTimeout(() => (isAway = false), forMs);
    },
    freeze: (forMs: number) => {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
      thaw = setTimeout(() => {
        isFrozen = false;
        for (const socket of sockets) socket.resume();
      }, forMs);
    },
    /** The server is gone: every open connection is reset, and nobody listens any more. */
    goAway: () => {
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
    },
    [Symbol.asyncDispose]: dispose,
  };
}

class Schedule {
  readonly played: Partial<Record<Fault["kind"], number>> = {};
  readonly #rules: { readonly rule: FaultRule; seen: number; played: number }[];
  #state: number;

  constructor(rules: readonly FaultRule[], seed: number) {
    this.#rules = rules.map((rule) => ({ rule, seen: 0, played: 0 }));
    this.#state = seed;
  }

  /** The fault of this request, of the first rule that wants it. */
  next(requestLine: string): Fault | undefined {
    for (const one of this.#rules) {
      const { fault, match, skip = 0, count = Infinity, share = 1 } = one.rule;
      if (!match.test(requestLine) || ++one.seen <= skip || one.played >= count) continue;
      if (share < 1 && this.#random() >= share) continue;
      one.played++;
      this.played[fault.kind] = (this.played[fault.kind] ?? 0) + 1;
      return fault;
    }
    return undefined;
  }

  /** Mulberry32: the same seed is the same schedule. */
  #random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
}

class ProxiedConnection {
  readonly #raw: Socket;
  readonly #client: Duplex;
  readonly #server: Socket;
  readonly #schedule: Schedule;
  #fault: Fault | undefined;
  #rewriter: MessageRewriter | undefined;
  /** Bytes of the answer to the request that the fault belongs to. */
  #answered = 0;
  #isDead = false;
  /** The writes to the client, one after the other. */
  #out = Promise.resolve();
  #in = Promise.resolve();

  constructor(raw: Socket, { target, tls }: FaultProxyOptions, schedule: Schedule) {
    this.#raw = raw;
    this.#schedule = schedule;
    this.#client = tls === undefined ? raw : new TLSSocket(raw, { isServer: true, ...tls });
    const { hostname, port } = new URL(target);
    this.#server = connect({ host: hostname, port: Number(port), noDelay: true });
    raw.setNoDelay(true);
    this.#client.on("data", (bytes: Buffer) => this.#fromClient(bytes));
    this.#server.on("data", (bytes: Buffer) => this.#fromServer(bytes));
    this.#client.on("error", () => this.#server.destroy()).on("close", () => this.#server.destroy());
    this.#server.on("error", () => undefined);
    this.#server.on("close", () => void this.#out.then(() => this.#isDead || this.#client.end()));
  }

  #fromClient(bytes: Buffer): void {
    const line = REQUEST_LINE.exec(bytes.subarray(0, 500).toString("latin1"))?.[0];
    if (line !== undefined) {
      this.#fault = this.#schedule.next(line);
      this.#answered = 0;
      this.#rewriter = undefined;
      if (this.#playInstead()) return;
    }
    if (this.#isDead || this.#isDeaf()) return;
    const delayMs = this.#fault?.kind === "latency" ? this.#fault.ms : 0;
    this.#in = this.#in.then(() => wait(delayMs)).then(() => void this.#server.write(bytes));
  }

  #isDeaf(): boolean {
    return this.#fault?.kind === "deaf" && this.#answered >= this.#fault.afterBytes;
  }

  /** Faults that the server never hears of; whether this is one. */
  #playInstead(): boolean {
    const fault = this.#fault;
    if (fault?.kind === "refuse") this.#raw.resetAndDestroy();
    else if (fault?.kind === "tls-garbage") this.#raw.end("HTTP/1.1 400 Bad Request\r\n\r\n");
    else if (fault?.kind === "answer") {
      const body = `{"message":"injected ${fault.status}"}`;
      const retry = fault.retryAfter === undefined ? "" : `Retry-After: ${fault.retryAfter}\r\n`;
      this.#client.write(
        `HTTP/1.1 ${fault.status} Injected\r\nContent-Length: ${body.length}\r\n${retry}\r\n${body}`,
      );
    } else return false;
    return true;
  }

  #fromServer(bytes: Buffer): void {
    if (this.#isDead) return;
    const before = this.#answered;
    this.#answered += bytes.length;
    const fault = this.#fault;
    if (fault === undefined) {
      this.#send(bytes);
      return;
    }
    const at = "afterBytes" in fault ? Math.max(0, fault.afterBytes - before) : 0;
    const isHere = "afterBytes" in fault && at <= bytes.length;
    switch (fault.kind) {
      case "reset":
      case "close":
      case "black-hole":
        this.#send(bytes.subarray(0, at));
        if (isHere) this.#die(fault.kind);
        return;
      case "slow":
        if (before >= fault.afterBytes) {
          const due = performance.now() + fault.ms;
          this.#out = this.#out.then(() => wait(Math.max(0, due - performance.now())));
        }
        this.#send(bytes);
        return;
      case "stall":
        this.#send(bytes.subarray(0, at));
        if (isHere && before <= fault.afterBytes) this.#out = this.#out.then(() => wait(fault.ms));
        this.#send(bytes.subarray(at));
        return;
      case "truncate":
        this.#send(bytes.subarray(0, at));
        this.#send(
          bytes.subarray(Math.min(bytes.length, Math.max(0, fault.afterBytes + fault.bytes - before))),
        );
        return;
      case "corrupt":
        this.#send(bytes.subarray(0, at));
        this.#send(Buffer.from(bytes.subarray(at).map((byte) => byte ^ 0x55)));
        return;
      case "slow-first-byte":
      case "latency":
        if (fault.kind === "latency" || before === 0) this.#out = this.#out.then(() => wait(fault.ms));
        this.#send(bytes);
        return;
      case "trickle":
        for (let from = 0; from < bytes.length; from += fault.bytes) {
          this.#out = this.#out.then(() => wait(fault.everyMs));
          this.#send(bytes.subarray(from, from + fault.bytes));
        }
        return;
      case "message-lost":
      case "message-twice":
      case "message-shortened":
      case "message-changed":
        this.#rewriter ??= new MessageRewriter(fault.kind, fault.longerThan);
        this.#send(this.#rewriter.rewrite(bytes));
        return;
      default:
        this.#send(bytes);
    }
  }

  #die(how: "reset" | "close" | "black-hole"): void {
    this.#isDead = true;
    this.#out = this.#out.then(() => {
      if (how === "reset") this.#raw.resetAndDestroy();
      else if (how === "close") this.#client.end();
      this.#server.destroy();
    });
  }

  #send(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#out = this.#out.then(() => void this.#client.write(bytes));
  }
}

function wait(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms).unref());
}
