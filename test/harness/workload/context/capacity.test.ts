import { expect, test } from "vitest";
import { findBuildTags, shownCapacity } from "../../../../harness/workload/context/capacity.ts";
import { connectProvisioners } from "../../../../rehearsal/provisioner/connect.ts";
import { startEmulatedCoder } from "../../../support/coder/emulated-coder.ts";

const OF_ORGANIZATION = { scope: "organization", owner: "" };

test("only daemons that run builds with a template's tags count, and external ones are told apart", async () => {
  await using coder = await startEmulatedCoder({ licence: "simulated", daemons: 2 });
  const { id } = coder.world.organization;
  const made = await coder.siteAdmin.createProvisionerKey(id, { name: "k", tags: { zone: "a" } });
  const key = made.ok ? made.value.key : "";
  const names = ["p-0", "p-1", "p-2"];
  const provisioners = await connectProvisioners({ schemaVersion: 1, url: coder.url, key, names, speed: 1 });
  const capacity = (tags?: Readonly<Record<string, string>>) => shownCapacity(coder.siteAdmin, id, tags);
  expect(await capacity()).toEqual({ replicas: 1, daemons: 5, external: 3 });
  expect(await capacity(OF_ORGANIZATION)).toEqual({ replicas: 1, daemons: 2 });
  expect(await capacity({ ...OF_ORGANIZATION, zone: "a" })).toEqual({ replicas: 1, daemons: 3, external: 3 });
  expect(await capacity({ ...OF_ORGANIZATION, zone: "b" })).toEqual({ replicas: 1, daemons: 0 });
  const [template] = coder.world.templates.values();
  expect(await findBuildTags(coder.siteAdmin, template!.activeVersionId)).toEqual(OF_ORGANIZATION);
  provisioners.close();
});
