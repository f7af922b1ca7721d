import { expect, test } from "vitest";
import { LEASE_MS, type Lease } from "../../../../harness/pipeline/lease/lease.ts";
import {
  decideLeaving,
  machineVanishes,
  findMachineRefusal,
  type MachineDependence,
} from "../../../../harness/pipeline/lease/vanishing-machine.ts";

const REAL: MachineDependence = {
  vanishes: true,
  simulated: false,
  emulatedCloud: false,
  stateBucket: "gs://team/state",
  mirror: "s3://team/mirror",
};

test.each<[string, Partial<MachineDependence>, RegExp | undefined]>([
  ["with both buckets", {}, undefined],
  ["with local state", { stateBucket: undefined }, /--state/],
  ["with an unmirrored journal", { mirror: undefined }, /--mirror/],
  ["mirrored to its own disk", { mirror: "file:///mnt/share" }, /--mirror/],
  ["with neither", { stateBucket: undefined, mirror: undefined }, /--state .* and --mirror/],
  ["of an emulated cloud", { stateBucket: undefined, mirror: undefined, emulatedCloud: true }, undefined],
  ["that is a rehearsal", { stateBucket: undefined, mirror: undefined, simulated: true }, undefined],
  ["on a machine that stays", { stateBucket: undefined, mirror: undefined, vanishes: false }, undefined],
])("a run on CI %s is refused or not", (_, footing, refusal) => {
  const said = findMachineRefusal({ ...REAL, ...footing });
  if (refusal === undefined) expect(said).toBeUndefined();
  else expect(said).toMatch(refusal);
});

test.each([
  [{ CI: "true" }, true],
  [{ CI: "1" }, true],
  [{ CI: "false" }, false],
  [{}, false],
])("%j says whether the machine vanishes", (env, vanishes) => {
  expect(machineVanishes(env)).toBe(vanishes);
});

const lease: Lease = {
  fence: 3,
  holder: { host: "here", boot: "b", pid: 7, startTime: "1" },
  renewedAtMs: 1_000_000,
  released: false,
};
const elsewhere: Lease = { ...lease, holder: { ...lease.holder, host: "there" } };

test.each<[string, Lease | undefined, number, boolean]>([
  ["nobody", undefined, 1_000_000, false],
  ["a holder that gave it back", { ...lease, released: true }, 1_000_000, false],
  ["a holder that is believed", lease, 1_000_000 + LEASE_MS - 1, true],
  ["a holder elsewhere that is believed", elsewhere, 1_000_000, true],
  ["a holder that is believed no longer", lease, 1_000_000 + LEASE_MS, false],
])("a machine vanishes while %s holds the lease", (_, held, nowMs, may) => {
  expect(
    decideLeaving({ vanishes: true, lease: held, isOfThisMachine: ({ host }) => host === "here", nowMs }).may,
  ).toBe(may);
});

test("a vanished machine's run names the machine that continues it", () => {
  const own = decideLeaving({
    vanishes: true,
    lease,
    isOfThisMachine: ({ host }) => host === "here",
    nowMs: 1_000_000,
  });
  expect(own).toMatchObject({ who: expect.stringContaining("the next holder of the lease") });
  const other = decideLeaving({
    vanishes: true,
    lease: elsewhere,
    isOfThisMachine: ({ host }) => host === "here",
    nowMs: 1_000_000,
  });
  expect(other).toMatchObject({ who: "process 7 on there" });
});

test("a machine that stays may be left to its reaper without any bucket", () => {
  expect(
    decideLeaving({
      vanishes: false,
      lease: undefined,
      isOfThisMachine: ({ host }) => host === "here",
      nowMs: 0,
    }).may,
  ).toBe(true);
});
