import { expect, test } from "vitest";
import type { ControlPlaneLook } from "../../../../harness/model/ports/cluster.ts";
import { RefbenchError } from "../../../../harness/tools/error.ts";
import { openContext } from "../../../../harness/pipeline/context/context.ts";
import { readJson } from "../../../../harness/tools/files/json-file.ts";
import { provision, provisionResult } from "../../../../harness/pipeline/stages/provision.ts";
import { FakeWorld } from "../../../support/world/fake-world.ts";

const READY: ControlPlaneLook = { state: "ready" };
const AWAY: ControlPlaneLook = { state: "away", reason: "its status is RECONCILING" };
const REFUSED =
  'Get "https://10.0.0.9/api/v1/namespaces/coder": dial tcp 10.0.0.9:443: connect: connection refused';
const PLACE = { project: "p", region: "r", zone: "z", network: "n", cluster: "bench-gke" };

/** The actions of a provision: applies and looks at the cluster, each with the seconds since its beginning. */
interface Provisioned {
  readonly happened: readonly string[];
  readonly waitedSeconds: number;
  readonly notes: readonly string[];
  readonly error: unknown;
  readonly resources: number | undefined;
}

async function provisioned(
  looks: readonly ControlPlaneLook[],
  failures: readonly string[] = [],
): Promise<Provisioned> {
  const world = new FakeWorld();
  const folder = await world.makeRun();
  const ports = world.ports({ settle: { quietMs: 0, controllersMs: 900_000, pollMs: 5_000 } });
  const happened: string[] = [];
  let [looked, failed] = [0, 0];
  const context = await openContext(
    folder,
    {
      ...ports,
      terraform: {
        ...ports.terraform,
        apply: async (directory, options) => {
          const isCoder = directory.endsWith("gke-coder");
          happened.push(`apply ${isCoder ? "coder" : "cloud"}`);
          if (!isCoder || failed >= failures.length) return ports.terraform.apply(directory, options);
          failed += 1;
          options.onProgress?.({ address: "a.b", action: "create", state: "complete" });
          throw new RefbenchError("infrastructure", failures[failed - 1]!);
        },
        output: async (directory, options) =>
          directory.endsWith("gke-cloud") ? PLACE : ports.terraform.output(directory, options),
      },
      cluster: ({ cluster }) => ({
        look: () => {
          if (happened.at(-1) !== `look at ${cluster}`) happened.push(`look at ${cluster}`);
          looked += 1;
          return Promise.resolve(looks[looked - 1] ?? READY);
        },
        nodes: () => Promise.resolve({ state: "seen", nodes: [] }),
        forgetUnfinishedReleases: () => {
          happened.push("forget");
          return Promise.resolve(["bench-coder"]);
        },
      }),
    },
    { signal: new AbortController().signal, reporter: world.reporter },
  );
  let error: unknown;
  const sinceMs = world.clock.elapsed();
  await provision(context).catch((thrown: unknown) => (error = thrown));
  const waitedSeconds = (world.clock.elapsed() - sinceMs) / 1_000;
  const result =
    error === undefined ? await readJson(folder.result("provision"), provisionResult) : undefined;
  const resources = result?.stacks.find(({ name }) => name === "gke-coder")?.resources;
  const notes = world.events.flatMap((event) => (event.type === "note" ? [event.message] : []));
  return { happened, waitedSeconds, notes, error, resources };
}

test("a stack in a cluster is applied when its control plane was ready for a minute on end", async () => {
  const { happened, waitedSeconds } = await provisioned([]);
  expect(happened).toEqual(["apply cloud", "look at bench-gke", "apply coder"]);
  expect(waitedSeconds).toBe(60);
});

test("a control plane that answers now and then begins its minute again", async () => {
  const { waitedSeconds, notes } = await provisioned([READY, READY, AWAY, READY, AWAY]);
  expect(waitedSeconds).toBe(50 + 60);
  expect(notes.filter((note) => note.includes("RECONCILING"))).toHaveLength(1);
});

test("a control plane that does not come back ends the run with the cluster and the reason", async () => {
  const { happened, error } = await provisioned(Array.from({ length: 1_000 }, () => AWAY));
  expect(error).toMatchObject({
    code: "infrastructure",
    message: expect.stringMatching(
      /bench-gke did not work steadily within 15 min: its status is RECONCILING/,
    ) as string,
  });
  expect(happened).not.toContain("apply coder");
});

test("a control plane that may not be asked is not waited for, and the run reports this", async () => {
  const { happened, notes } = await provisioned(
    Array.from({ length: 1_000 }, () => ({ state: "unknown", reason: "403" })),
  );
  expect(happened.at(-1)).toBe("apply coder");
  expect(notes.join()).toContain("cannot be checked, so the run does not wait for it: 403");
});

test("after connection errors the stack is applied again, without the release that they left unfinished", async () => {
  const { happened, resources, notes } = await provisioned([], [REFUSED, REFUSED]);
  expect(happened).toEqual([
    "apply cloud",
    ...["look at bench-gke", "apply coder"],
    ...["look at bench-gke", "forget", "apply coder"],
    ...["look at bench-gke", "forget", "apply coder"],
  ]);
  expect(resources).toBe(3);
  expect(notes.join()).toContain("reapplying the stack, without the unfinished release bench-coder");
});

test("it is applied again at most twice, and never after another failure", async () => {
  const often = await provisioned([], [REFUSED, REFUSED, REFUSED, REFUSED]);
  expect(often.happened.filter((what) => what === "apply coder")).toHaveLength(3);
  expect(often.error).toMatchObject({ message: REFUSED });
  const other = await provisioned([], ["installation failed\ncontext deadline exceeded"]);
  expect(other.happened.filter((what) => what === "apply coder")).toHaveLength(1);
});
