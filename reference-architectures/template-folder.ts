import type { Architecture } from "./architecture.ts";
import { getArchitecture } from "./catalogue.ts";

/** The workspace template of each way to carry a load: a pod, a container or a machine for each workspace. */
const TEMPLATES: Readonly<Record<Architecture["carriedBy"], string>> = {
  gke: "kubernetes",
  eks: "kubernetes",
  "own-cluster": "kubernetes",
  "one-machine": "docker",
  "machine-each": "machine",
};

/** The folder of an architecture's Coder workspace template, as a path in the project. */
export function templateFolder(architectureName: string): string {
  return `reference-architectures/templates/${TEMPLATES[getArchitecture(architectureName).carriedBy]}`;
}
