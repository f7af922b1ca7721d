import { expect, test } from "vitest";
import { architectures, resolveSize } from "../../../reference-architectures/catalogue.ts";
import type { Environment } from "../../../stacks/environment.ts";
import { nextSteps } from "../../../stacks/manual/next-steps.ts";

/** Coder's namespace, for architectures with a cluster. */
const NAMESPACES: Readonly<Record<string, string>> = {
  gke: "coder",
  eks: "coder",
  kubernetes: "bench-ved8yjnr50h6-coder",
};

/** Returns the next steps that are printed after a manual deployment of this architecture. */
function toldOf(architecture: string, changes: Partial<Environment> = {}): string {
  const { figures: size } = resolveSize(architecture, changes.size ?? "canary");
  const { region, zone } = architectures.get(architecture)!;
  const environment: Environment = {
    schemaVersion: 1,
    architecture,
    size: "canary",
    overrides: {},
    runId: "01m81dbtf3adbaved8yjnr50h6",
    owner: "ada",
    managed: "manual",
    expiresAt: null,
    project: "my-project",
    region,
    zone,
    coderVersion: "2.31.0",
    ...(architecture === "kubernetes"
      ? { ownCluster: { kubeconfig: "/home/ada/my kube/config", context: "own", workspaceNodes: 1 } }
      : {}),
    ...changes,
  };
  const coderNamespace = NAMESPACES[architecture];
  return (
    nextSteps({
      ...{ environment, size, place: { where: "there" } },
      ...(coderNamespace === undefined ? {} : { coderNamespace }),
    }).next_steps ?? ""
  );
}

test.each([...architectures.keys()])(
  "%s: the steps to log in, to drain and to destroy are printed in that order",
  (name) => {
    const told = toldOf(name);
    const steps = [
      "coder login http://localhost:7080",
      "coder templates push",
      `npx refbench drain ${name} --runner local --url http://localhost:7080\n`,
      `npx cdktf destroy '${name}*'`,
    ];
    const places = steps.map((step) => told.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
  },
);

test.each([
  [
    "gke",
    /gcloud container clusters get-credentials bench-ved8yjnr50h6-gke --project=my-project --location=us-central1-a --dns-endpoint\n +kubectl --namespace=coder port-forward service\/coder 7080:80\n/,
  ],
  [
    "eks",
    /aws eks update-kubeconfig --region=\S+ --name=bench-ved8yjnr50h6-eks\n +kubectl --namespace=coder port-forward service\/coder 7080:80\n/,
  ],
  [
    "kubernetes",
    /kubectl --kubeconfig='\/home\/ada\/my kube\/config' --context=own --namespace=bench-ved8yjnr50h6-coder port-forward service\/coder 7080:80\n/,
  ],
  [
    "gce-docker",
    /gcloud compute ssh bench-ved8yjnr50h6-coder --project=my-project --zone=\S+ --tunnel-through-iap -- -N -L 7080:localhost:7080\n/,
  ],
  [
    "gce-vm",
    /gcloud compute ssh bench-ved8yjnr50h6-coder --project=my-project --zone=\S+ --tunnel-through-iap -- -N -L 7080:localhost:7080\n/,
  ],
])("%s is reached by the cloud's own command, with no key of ours", (name, command) => {
  expect(toldOf(name)).toMatch(command);
});

test("resources of workspaces get the environment's labels, by the template's variables", () => {
  const told = toldOf("gke");
  for (const variable of [
    "bench_run=01m81dbtf3adbaved8yjnr50h6",
    "bench_env=gke",
    "bench_owner=ada",
    "bench_expires=never",
    "where=there",
  ]) {
    expect(told).toContain(`--variable ${variable}`);
  }
});

test("with TLS the forwarded port is Coder's TLS port, and the certificate's authority is named before the login", () => {
  const tls = { serverName: "coder", certificatePem: "", caPem: "the authority's" };
  const [cluster, machine] = [toldOf("gke", { tls }), toldOf("gce-docker", { tls })];
  expect(cluster).toContain("port-forward service/coder 7080:443\n");
  for (const told of [cluster, machine]) {
    const decoded =
      /echo (\S+) \| base64 --decode >coder-ca\.pem\n.*\n +coder login https:/.exec(told)?.[1] ?? "";
    expect(Buffer.from(decoded, "base64").toString()).toBe("the authority's");
    expect(told).not.toContain("http://localhost");
  }
});

test("on the twin no command leads to a real cloud", () => {
  const told = toldOf("gke", { project: "refbench-twin-a-name-no-project-can-have" });
  expect(told).not.toMatch(/gcloud|kubectl/);
  expect(told).toContain("npx refbench drain gke --rehearse\n");
  expect(told).toContain("npx refbench twin exec -- npx cdktf destroy 'gke*'");
});

test("a run prints no next steps", () => {
  expect(toldOf("gke", { managed: "cdktf" })).toBe("");
});

test("external provisioners come after the login, with the size's number, and before the template", () => {
  const told = toldOf("gke", { size: "validated-2k" });
  const steps = [
    "coder login http://localhost:7080",
    "coder licenses add",
    "coder provisioner keys create",
    "TF_VAR_provisioner_key=<key> TF_VAR_provisioners=120 npx cdktf deploy gke-coder",
    "coder templates push",
  ];
  const places = steps.map((step) => told.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(toldOf("gke")).not.toContain("provisioner");
});
