import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { startEmulator } from "../../rehearsal/emulator/server.ts";
import { explanationOf } from "./allowed.ts";
import { compareExchange, keyOf } from "./compare.ts";
import type { Difference, Exchange, Played } from "./compare.ts";
import { playSituations } from "./situations.ts";
import { specOf } from "./spec.ts";

const USAGE =
  "usage: npm run conform -- --spec FILE --exchanges FILE [--server URL --token TOKEN] [--record FILE]\n" +
  "  --record writes what the server answered, as exchanges to compare another server with";

/** Compares a server's answers with Coder's API description and with exchanges recorded from a real server. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      spec: { type: "string" },
      exchanges: { type: "string" },
      server: { type: "string" },
      token: { type: "string" },
      record: { type: "string" },
    },
  });
  if (!values.spec || !values.exchanges || (values.server && !values.token)) {
    console.error(USAGE);
    return 2;
  }
  const spec = specOf(JSON.parse(await readFile(values.spec, "utf8")));
  const recorded = JSON.parse(await readFile(values.exchanges, "utf8")) as Exchange[];
  const emulator = values.server ? undefined : await startEmulator(EMULATED);
  const url = values.server?.replace(/\/$/, "") ?? emulator?.ready.url ?? "";
  const token = values.token ?? emulator?.ready.token ?? "";
  console.log(`${recorded.length} recorded exchanges against ${emulator ? "the emulator" : url}`);
  try {
    const played = await playSituations(url, token);
    if (values.record !== undefined) await writeFile(values.record, JSON.stringify(recordedAs(played)));
    const differences = recorded.flatMap((exchange) =>
      compareExchange(exchange, played.get(keyOf(exchange)), spec),
    );
    return report(recorded.length, differences);
  } finally {
    await emulator?.close();
  }
}

/** Returns the played situations in the shape of recorded exchanges. */
function recordedAs(played: ReadonlyMap<string, Played>): Exchange[] {
  return [...played].map(([key, { status, body }]) => {
    const [method = "", path = "", ...rest] = key.split(" ");
    const command = method === "WS" ? { query: `command=${rest[0] ?? ""}` } : {};
    return { method, path, status, response: body, ...command };
  });
}

const EMULATED = {
  schemaVersion: 1,
  host: "127.0.0.1",
  port: 0,
  version: "2.31.0",
  replicas: 1,
  env: { CODER_PROVISIONER_DAEMONS: "10", CODER_DANGEROUS_DISABLE_RATE_LIMITS: "true" },
  buildSpeed: 20,
  failBuilds: 0,
  licence: "none",
  seeded: true,
} as const;

function report(exchanges: number, differences: readonly Difference[]): number {
  const rows = differences.map((difference) => ({ ...difference, why: explanationOf(difference) }));
  const unexplained = rows.filter(({ why }) => why === undefined);
  const shown = rows.map(({ exchange, field, recorded, ours, why }) => ({
    exchange,
    field,
    recorded,
    ours,
    explained: why ?? "NO",
  }));
  if (shown.length > 0) console.table(shown);
  const alike = exchanges - new Set(rows.map(({ exchange }) => exchange)).size;
  console.log(
    `${alike} of ${exchanges} exchanges alike; ${rows.length} differences, ${unexplained.length} of them unexplained`,
  );
  return unexplained.length === 0 ? 0 : 1;
}

process.exit(await main());
