import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import { buildCapacity } from "../../../reference-architectures/capacity/build-capacity.ts";
import { refuseContradictions } from "../../../reference-architectures/contradictions.ts";
import { answerFor } from "../../../reference-architectures/sizing/answer.ts";
import { capacityOf } from "../../../reference-architectures/sizing/capacity-of.ts";
import { loadOfSize } from "../../../reference-architectures/sizing/choose-listed.ts";
import { LARGEST_LOAD, LOAD_FIGURES, type Load } from "../../../reference-architectures/sizing/load.ts";

const CLUSTERS = ["gke", "eks", "kubernetes"] as const;

/** Every load that has an answer: small ones, and those up to the largest. */
const load: fc.Arbitrary<Load> = fc
  .constantFrom(1, 1, 5, 10, 100)
  .chain((part) =>
    fc.record({
      users: fc.integer({ min: 1, max: LARGEST_LOAD.users / part }),
      workspaces: fc.integer({ min: 1, max: LARGEST_LOAD.workspaces / part }),
      builds: fc.integer({ min: 1, max: LARGEST_LOAD.builds / part }),
      connections: fc.integer({ min: 1, max: LARGEST_LOAD.connections / part }),
    }),
  )
  .map(({ users, workspaces, builds, connections }) => ({
    users,
    workspaces,
    builds: Math.min(builds, workspaces),
    connections: Math.max(connections, workspaces),
  }));

function computed(name: string, asked: Partial<Load> & { users: number }) {
  const [answer] = answerFor(
    asked,
    { architecture: name },
    { catalogue: architectures, rows: [] },
  ).architectures;
  if (answer?.computed === undefined) throw new Error(`nothing is computed for ${name}`);
  return answer.computed;
}

const coderMemory = ({
  coder,
  provisioners,
  externalProvisioners,
}: ReturnType<typeof computed>["size"]): number =>
  coder.replicas * coder.memoryGib +
  (provisioners === "external" ? (externalProvisioners.count * externalProvisioners.memoryMib) / 1_024 : 0);

describe.each(CLUSTERS)("a computed deployment on %s", (name) => {
  const architecture = architectures.get(name);
  if (architecture === undefined) throw new Error(`no architecture ${name}`);

  test("passes the catalogue's checks and carries the load", () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { size } = computed(name, asked);
        refuseContradictions(architecture, size);
        expect(loadOfSize(size)).toEqual(asked);
        expect(buildCapacity(size)).toBe(asked.builds);
      }),
    );
  });

  test("is what its flags make of a listed size", () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { size, settings } = computed(name, asked);
        expect(resolveSize(name, settings.size, settings.set).figures).toEqual(size);
      }),
    );
  });

  test("never has less than a published rule demands", () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { size } = computed(name, asked);
        // 1 vCPU and 2 GB for 250 users, 1 vCPU and 1 GB for each build.
        expect(capacityOf(size).coderAndBuilds).toBeGreaterThanOrEqual(asked.users / 250 + asked.builds);
        expect(coderMemory(size)).toBeGreaterThanOrEqual((2 * asked.users) / 250 + asked.builds);
      }),
    );
  });

  test("has provisioners on coderd's machines only below the smallest validated architecture", () => {
    fc.assert(
      fc.property(load, (asked) => {
        const { size } = computed(name, asked);
        if (asked.users >= 1_000) expect(size.provisioners).toBe("external");
        if (size.provisioners === "external") expect(size.coder.daemonsPerReplica).toBe(0);
        else expect(size.licensed).toBe(false);
      }),
    );
  });

  test("does not shrink when a figure of the load grows", () => {
    fc.assert(
      fc.property(
        load,
        fc.constantFrom(...LOAD_FIGURES),
        fc.integer({ min: 1, max: 5_000 }),
        (asked, figure, more) => {
          const larger = { ...asked, [figure]: Math.min(LARGEST_LOAD[figure], asked[figure] + more) };
          fc.pre(larger.builds <= larger.workspaces && larger.workspaces <= larger.connections);
          const [one, other] = [computed(name, asked).size, computed(name, larger).size];
          const [before, after] = [capacityOf(one), capacityOf(other)];
          expect(after.coderAndBuilds).toBeGreaterThanOrEqual(before.coderAndBuilds);
          expect(after.database ?? 0).toBeGreaterThanOrEqual(before.database ?? Infinity);
          expect(coderMemory(other)).toBeGreaterThanOrEqual(coderMemory(one));
          expect(other.coder.replicas).toBeGreaterThanOrEqual(one.coder.replicas);
          expect(other.machines.provisioners.nodes).toBeGreaterThanOrEqual(one.machines.provisioners.nodes);
          expect(other.machines.system.nodes).toBeGreaterThanOrEqual(one.machines.system.nodes);
          // Without home disks a larger machine has more room, so only machines of one kind can be compared.
          if (one.machines.workspaces.machineType === other.machines.workspaces.machineType)
            expect(other.machines.workspaces.nodes).toBeGreaterThanOrEqual(one.machines.workspaces.nodes);
        },
      ),
    );
  });

  test("of a validated size's own load is that size", () => {
    for (const size of ["validated-1k", "validated-2k", "validated-3k", "validated-10k"]) {
      const figures = resolveSize(name, size).figures;
      const { settings } = computed(name, loadOfSize(figures));
      expect(settings).toEqual({ size, set: {} });
    }
  });

  test("of another listed size's load is larger only where a rule is named that says so", () => {
    for (const [size, figures] of Object.entries(architecture.sizes)) {
      const own = loadOfSize(figures);
      const [answer] = answerFor(
        own,
        { architecture: name },
        { catalogue: architectures, rows: [] },
      ).architectures;
      const [has, needs] = [capacityOf(figures), capacityOf(computed(name, own).size)];
      const isLarger =
        needs.coderAndBuilds > has.coderAndBuilds || (needs.database ?? 0) > (has.database ?? 0);
      const refused = answer?.refused.find((each) => each.size === size);
      if (isLarger) expect(refused?.refusedFor.join()).toMatch(/published: \d/);
    }
  });
});
