import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareTwin, twinProviderPickedUp } from "../../../rehearsal/twin/environment.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "twin-env-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("a rehearsal's environment has no way to a real cloud, cluster or chart repository", async () => {
  const real = {
    GOOGLE_CREDENTIALS: "real",
    CLOUDSDK_CORE_PROJECT: "real",
    AWS_PROFILE: "real",
    KUBE_HOST: "real",
    HELM_REPOSITORY_CONFIG: "real",
    KUBECONFIG: "real",
    GOOGLE_APPLICATION_CREDENTIALS: "real",
    PATH: "/usr/bin",
  };
  const env = await prepareTwin({ root: folder, speed: 200, buildSpeed: 50, baseEnv: real });
  expect(Object.entries(env).filter(([, value]) => value === "real")).toEqual([]);
  expect(env).toMatchObject({ PATH: "/usr/bin", CDKTF_SKIP_PROVIDER_LOCK: "true", CHECKPOINT_DISABLE: "1" });
});

test("a real run is warned if the twin's provider would answer: variables, CLI configuration, implied mirror", async () => {
  const home = join(folder, "home");
  expect(twinProviderPickedUp({ HOME: home })).toBeUndefined();
  const env = await prepareTwin({ root: folder, speed: 200, buildSpeed: 50, baseEnv: {} });
  expect(twinProviderPickedUp(env)).toContain("this is the environment of a rehearsal");
  const { TF_CLI_CONFIG_FILE } = env;
  expect(twinProviderPickedUp({ HOME: home, TF_CLI_CONFIG_FILE })).toContain("terraform-provider-google");
  const implied = join(home, ".terraform.d/plugins/registry.terraform.io/hashicorp/helm/3.1.1/linux_amd64");
  mkdirSync(implied, { recursive: true });
  const launcher = join(implied, "terraform-provider-helm_v3.1.1");
  writeFileSync(launcher, "#!/bin/sh\nexec real-provider\n");
  expect(twinProviderPickedUp({ HOME: home })).toBeUndefined();
  writeFileSync(launcher, '#!/bin/sh\nexec node "$REFBENCH_TWIN_PLUGIN" helm\n');
  expect(twinProviderPickedUp({ HOME: home })).toContain(dirname(launcher));
});

test("an invalid faults file is refused before anything is made, with the place of the mistake", async () => {
  const faultsFile = join(folder, "faults.json");
  writeFileSync(faultsFile, JSON.stringify({ faults: [{ op: "create", type: "*", do: "explode" }] }));
  await expect(
    prepareTwin({ root: folder, speed: 200, buildSpeed: 50, faultsFile, baseEnv: {} }),
  ).rejects.toThrow(/faults\[0\]\.do/);
});
