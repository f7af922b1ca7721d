import { expect, test } from "vitest";
import { recordNetwork, sshPathOf } from "../../../../harness/model/observation/network.ts";
import { storedRecord } from "../../../../harness/model/record/migrate-record.ts";
import { sampleMeasurements, sampleRecord } from "../../results/sample-record.ts";

test("replicas of different pub/subs, or one that changed, are mixed; without a metric it is unknown, and said why", () => {
  const kinds = (pubsub: ("postgres" | "nats")[]): string =>
    recordNetwork(undefined, { pubsub: pubsub.map((kind) => ({ of: "c", kind })), unseen: [] }).pubsub;
  expect([kinds(["nats", "nats"]), kinds(["nats", "postgres"])]).toEqual(["nats", "mixed"]);
  const unseen = [{ what: "metrics of coderd", why: "they are off" }];
  const unknown = recordNetwork(undefined, { unseen });
  expect(unknown.pubsub).toBe("unknown");
  expect(unknown.unseen).toContainEqual({ what: "pub/sub", why: "metrics of coderd: they are off" });
});

test("what the workers did not see is unknown, and none is something else", () => {
  const seen = { tls: "off", httpProxies: [], unseen: [{ what: "workspace proxies", why: "403" }] } as const;
  expect(recordNetwork({ ...seen, httpProxies: [], unseen: [...seen.unseen] }, undefined)).toMatchObject({
    ...{ httpProxies: [], workspaceProxies: "unknown", direct: "unknown", relays: "unknown" },
    unseen: expect.arrayContaining([...seen.unseen]) as unknown,
  });
});

test.each([
  [{ sshRelayed: 2, sshDirect: 1 }, "mixed"],
  [{ sshRelayed: 0, sshDirect: 1 }, "direct"],
  [{ sshRelayed: 2, sshDirect: 0 }, "relayed"],
  [{}, "unknown"],
] as const)("sessions %j of Coder's client went %s", (counts, path) => {
  expect(sshPathOf("stdio", counts)).toBe(path);
  expect(sshPathOf("tunnel", counts)).toBe("tunnel");
});

test("a record of version 4 has no network, and no path of SSH that nothing had shown", () => {
  const { network, ...record } = sampleRecord();
  expect(network.pubsub).toBe("postgres");
  const old = (connections: object): unknown => ({
    ...{ ...record, schemaVersion: 4 },
    measurements: {
      ...sampleMeasurements(),
      connections: { ...sampleMeasurements().connections, ...connections },
    },
  });
  const read = storedRecord.parse(old({ sshPath: "relayed" }));
  expect(read.measurements?.connections.sshPath).toBe("unknown");
  expect(read.network).toMatchObject({ pubsub: "unknown", tls: "unknown", workspaceProxies: "unknown" });
  const both = storedRecord.parse(old({ sshPath: "direct", sshRelayed: 900, sshDirect: 100 }));
  expect(both.measurements?.connections.sshPath).toBe("mixed");
  expect(storedRecord.parse(old({})).measurements?.connections.sshPath).toBe("tunnel");
});
