import { itemKey } from "../../inventory/key.ts";
import type { Cloud } from "../cloud/cloud.ts";
import { keepProvisionerKey, keepTls } from "../cloud/vault.ts";
import { lastSegment } from "../values/template.ts";
import type { Settled, Accepted } from "./settled.ts";

/** The name of the provisioners' key in a Secret, by default of Coder's chart. */
export const PROVISIONER_KEY = "key";

/** How the name of the secret ends in which machines of provisioners find their key. */
const PROVISIONER_SECRET = "-prov-key";

/** A Secret that pods may use: its certificate for a server and its key for external provisioners are kept. */
export function settleSecret({ settings }: Cloud, { asked, item, state }: Accepted): Settled {
  const data = (asked.config["data_wo"] ?? {}) as Readonly<Record<string, string>>;
  keepTls(settings.root, item.key, data["tls.key"] ?? "", data["tls.crt"]);
  const key = data[PROVISIONER_KEY];
  if (key !== undefined) keepProvisionerKey(settings.root, item.key, key);
  return { state, item: {} };
}

/** A version of a secret that a machine may read: the key that it is for a server is kept. */
export function settleSecretVersion({ settings }: Cloud, { asked, state }: Accepted): Settled {
  const text = asked.config["secret_data_wo"];
  if (typeof text === "string") {
    const secret = secretOfVersion(String(state["secret"]));
    keepTls(settings.root, secret, text);
    if (secret.endsWith(PROVISIONER_SECRET)) keepProvisionerKey(settings.root, secret, text);
  }
  return { state, item: {} };
}

/** Key of the secret that a path of Secret Manager is in, with or without a version. */
export function secretOfVersion(path: string): string {
  const [, project = ""] = /^projects\/([^/]+)\//.exec(path) ?? [];
  return itemKey("google_secret_manager_secret", project, lastSegment(path.replace(/\/versions\/.*$/, "")));
}
