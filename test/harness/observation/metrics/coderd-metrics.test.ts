import { expect, test } from "vitest";
import { between, type Read } from "../../../../harness/observation/metrics/between.ts";
import { CODERD_RULES } from "../../../../harness/observation/metrics/coderd-rules.ts";
import { gather } from "../../../../harness/observation/metrics/gather.ts";
import { MetricReader } from "../../../../harness/observation/metrics/metric-reader.ts";
import { NODE_RULES } from "../../../../harness/observation/metrics/node-rules.ts";
import { readText } from "../../../../harness/observation/metrics/read-text.ts";

function readAt(atSeconds: number, text: string, rules = CODERD_RULES): Read {
  return { atSeconds, gathered: gather(text, rules) };
}

function valuesOf(before: string, now: string, rules = CODERD_RULES): Record<string, number> {
  const samples = between("c", rules, readAt(10, before, rules), readAt(20, now, rules));
  return Object.fromEntries(samples.map(({ series, value }) => [series, value]));
}

test("labels may hold every character, and a time stamp may follow the value", () => {
  const taken: unknown[] = [];
  const text = 'x{a="}\\"\\\\ \\n",b="2"} 1.5e3 1700000000000\r\nx 0x10\nx\nx{a="1} 2\n# x 3\ny 4\n<html>\n';
  const read = readText(
    text,
    (name) => name === "x",
    (value) => taken.push([value.value, value.label("a"), value.label("b")]),
  );
  expect(taken).toEqual([[1_500, '}"\\ \n', "2"]]);
  expect(read).toEqual({ values: 2, broken: 4, cut: false });
});

test("a counter becomes a rate; one that fell has grown by all that it shows", () => {
  const total = "coderd_api_requests_processed_total";
  const before = `${total}{code="200",path="/a"} 100\n${total}{code="429",path="/a"} 7\nprocess_cpu_seconds_total 50\n`;
  const now = `${total}{code="200",path="/a"} 150\n${total}{code="429",path="/a"} 8\nprocess_cpu_seconds_total 5\n`;
  expect(valuesOf(before, now)).toMatchObject({
    "coderd.requests": 5.1,
    "coderd.refused": 0.1,
    "coderd.server-errors": 0,
    "coderd.cpu": 0.5,
  });
});

test("the CPU that Go uses at most is observed beside the CPU that coderd uses", () => {
  const text = (cpu: number): string => `process_cpu_seconds_total ${cpu}\ngo_sched_gomaxprocs_threads 2\n`;
  expect(valuesOf(text(1), text(11))).toEqual({ "coderd.cpu": 1, "coderd.cpu-limit": 2 });
});

test("after a restart all counters began at 0, also those that have overtaken their old value", () => {
  const text = (start: number, cpu: number): string =>
    `process_start_time_seconds ${start}\nprocess_cpu_seconds_total ${cpu}\n`;
  expect(valuesOf(text(1, 2), text(9, 6))["coderd.cpu"]).toBeCloseTo(0.6);
  expect(valuesOf(text(1, 2), text(1, 6))["coderd.cpu"]).toBeCloseTo(0.4);
});

test("a percentile is that of the interval, over all label sets, within its bucket", () => {
  const buckets = (path: string, counts: readonly number[]): string =>
    ["0.1", "0.5", "1", "+Inf"]
      .map(
        (le, index) =>
          `coderd_api_request_latencies_seconds_bucket{path="${path}",le="${le}"} ${counts[index]}\n`,
      )
      .join("");
  const before = buckets("/a", [1_000, 1_000, 1_000, 1_000]);
  const now = buckets("/a", [1_090, 1_100, 1_100, 1_100]) + buckets("/b", [0, 100, 100, 100]);
  // 200 new requests: 90 below 100 ms, the others below 500 ms. The 190th is 100 of 110 into that bucket.
  expect(valuesOf(before, now)["coderd.api-p95"]).toBeCloseTo(100 + (400 * 100) / 110);
  expect(valuesOf(now, now)["coderd.api-p95"]).toBeUndefined();
});

test("requests that last as long as their connection are no latency of the API", () => {
  const line = (path: string, le: string, count: number): string =>
    `coderd_api_request_latencies_seconds_bucket{method="GET",path="${path}",le="${le}"} ${count}\n`;
  const all = (derp: number): string =>
    line("/derp/", "30", derp) + line("/derp/", "+Inf", derp) + line("/api/v2/users", "0.1", 10 * derp);
  expect(valuesOf(all(0), all(10))["coderd.api-p95"]).toBeCloseTo(95);
});

test("what cannot be is left out and counted: negative counters, and what is not a number", () => {
  const text = "process_cpu_seconds_total -5\ngo_goroutines NaN\ncoderd_provisionerd_num_daemons 3\n";
  const gathered = gather(text, CODERD_RULES);
  expect(gathered.impossible).toBe(2);
  expect([...gathered.numbers.values()]).toEqual([3]);
});

test("a database pool without a limit has none, and a failed pub/sub measurement is no latency", () => {
  const text = "go_sql_max_open_connections 0\ncoder_pubsub_receive_latency_seconds -1\n";
  expect(valuesOf(text, text)).toEqual({});
});

test("pub/sub is what a replica serves metrics of; beside NATS, Postgres' are not read", () => {
  const postgres = "coder_pubsub_connected 1\ncoder_pubsub_receive_latency_seconds 0.004\n";
  const nats = "coder_nats_pubsub_connected 0\ncoder_nats_pubsub_receive_latency_seconds 0.001\n";
  const pubsub = (text: string): string | undefined => gather(text, CODERD_RULES).pubsub;
  expect([pubsub(postgres), pubsub(nats + postgres), pubsub(postgres + nats)]).toEqual([
    ...["postgres", "nats", "nats"],
  ]);
  expect(pubsub("coder_pubsub_publishes_total 7\n")).toBeUndefined();
  expect(valuesOf(postgres, postgres)).toEqual({ "coderd.pubsub-latency": 4 });
  expect(valuesOf(postgres + nats, postgres + nats)).toEqual({ "coderd.pubsub-latency": 1 });
  const reader = new MetricReader("coder-0", CODERD_RULES);
  for (const text of [postgres, nats + postgres]) reader.read(text, 1);
  expect(reader.pubsub).toEqual([
    { of: "coder-0", kind: "postgres" },
    { of: "coder-0", kind: "nats" },
  ]);
});

test("a node's use is by time that is neither idle nor stolen, on devices that leave it", () => {
  const cpu = (mode: string, value: number): string =>
    [0, 1].map((core) => `node_cpu_seconds_total{cpu="${core}",mode="${mode}"} ${value}\n`).join("");
  const traffic = (eth: number, cni: number): string =>
    `node_network_receive_bytes_total{device="eth0"} ${eth}\nnode_network_receive_bytes_total{device="cni0"} ${cni}\n`;
  const now = cpu("idle", 100) + cpu("user", 4) + cpu("steal", 50) + traffic(1_000, 9_000);
  const before = cpu("idle", 90) + cpu("user", 0) + cpu("steal", 0) + traffic(0, 0);
  const memory = "node_memory_MemTotal_bytes 100\nnode_memory_MemAvailable_bytes 60\n";
  expect(valuesOf(before, now + memory, NODE_RULES)).toMatchObject({
    ...{ "node.cpu": 0.8, "node.cores": 2, "node.received": 100 },
    ...{ "node.memory": 40, "node.memory-size": 100 },
  });
  // Without one of the two the difference is not known.
  expect(valuesOf(before, now, NODE_RULES)["node.memory"]).toBeUndefined();
});
