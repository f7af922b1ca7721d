import { beforeAll, describe, expect, test } from "vitest";
import { ownNamespaces } from "../../stacks/kubernetes/names.ts";
import { RUN, synthesize } from "../stacks/synthesize.ts";
import { kubernetesObjects } from "../support/kubernetes-objects.ts";
import {
  collectionOf,
  findRealCluster,
  inventedRun,
  openRealCluster,
  type RealCluster,
} from "../support/real-cluster.ts";

const signal = new AbortController().signal;
const place = findRealCluster();

describe.skipIf(place === undefined)("a real API server", () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await openRealCluster(place!);
  });

  test.each(["canary", "100", "1200"])(
    "accepts every object of kubernetes-coder in size %s, and knows every field",
    async (size) => {
      const run = inventedRun();
      const { resources } = await synthesize({
        ...RUN,
        architecture: "kubernetes",
        size,
        runId: run.id,
        runner: undefined,
        ownCluster: {
          kubeconfig: cluster.kubeconfig,
          context: cluster.context,
          storageClass: "local",
          nodeSelector: { "kubernetes.io/os": "linux" },
          workspaceNodes: 1,
        },
      });
      const objects = kubernetesObjects(resources);
      // Nothing can be created in a namespace that does not exist, not even as a trial.
      const namespaces = objects.filter(({ kind }) => kind === "Namespace");
      expect(namespaces.map(({ metadata }) => metadata.name).sort()).toEqual(
        Object.values(ownNamespaces({ runId: run.id })).sort(),
      );
      for (const namespace of namespaces) await cluster.create(namespace);
      const rest = objects.filter(({ kind }) => kind !== "Namespace");
      expect(rest.map(({ kind }) => kind)).toEqual(
        expect.arrayContaining(["StatefulSet", "Service", "Secret", "Role", "RoleBinding", "Deployment"]),
      );
      for (const object of rest) {
        const path = `${collectionOf(object)}?dryRun=All&fieldValidation=Strict`;
        expect(await cluster.call("POST", path, signal, object), object.kind).toMatchObject({ state: "ok" });
      }
    },
  );
});
