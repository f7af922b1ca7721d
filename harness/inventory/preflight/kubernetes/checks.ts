import type { Check } from "../check.ts";
import { licenceCheck, terraformCheck, toolsCheck } from "../checks.ts";
import { leftoversCheck, namesCheck } from "../inventory-checks.ts";
import { admissionCheck } from "./admission.ts";
import { clockCheck } from "./clock.ts";
import type { KubernetesContext } from "./context.ts";
import {
  apisCheck,
  credentialCheck,
  identityCheck,
  kubernetesVersionCheck,
  markerCheck,
} from "./identity.ts";
import { imagesCheck } from "./images.ts";
import { nodesCheck } from "./nodes.ts";
import { observationCheck } from "./observation.ts";
import { permissionsCheck } from "./permissions.ts";
import { storageCheck } from "./storage.ts";

/** The checks of the user's own cluster before anything is created, in this order. */
export const KUBERNETES_CHECKS: readonly Check<KubernetesContext>[] = [
  terraformCheck,
  identityCheck,
  markerCheck,
  credentialCheck,
  permissionsCheck,
  observationCheck,
  apisCheck,
  kubernetesVersionCheck,
  storageCheck,
  nodesCheck,
  admissionCheck,
  clockCheck,
  imagesCheck,
  toolsCheck,
  licenceCheck,
  namesCheck,
  leftoversCheck,
];
