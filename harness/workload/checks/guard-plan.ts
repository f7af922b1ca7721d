import type { CoderClient } from "../../coder/client.ts";
import type { Organization, Template } from "../../coder/http/schemas.ts";
import { RefbenchError } from "../../tools/error.ts";
import { requireList } from "../context/listing.ts";

/** The organization, template and preset that a load names. */
export interface PlannedTemplate {
  readonly organization: Organization;
  readonly template: Template;
  readonly presetId?: string;
}

/**
 * Finds organization, template and preset by name or id. Throws `usage` with the existing names if one is
 * missing.
 */
export async function planTemplate(
  client: CoderClient,
  wish: { readonly organization?: string; readonly template: string; readonly preset?: string },
): Promise<PlannedTemplate> {
  const organizations = await chooseOrganizations(client, wish.organization);
  const found: PlannedTemplate[] = [];
  const known: string[] = [];
  for (const organization of organizations) {
    const templates = requireList(await client.templates(organization.id), "templates");
    known.push(...templates.map(({ name }) => name));
    const template = templates.find(({ id, name }) => name === wish.template || id === wish.template);
    if (template !== undefined) found.push({ organization, template });
  }
  const [first, second] = found;
  if (first === undefined)
    throw new RefbenchError(
      "usage",
      `--template is "${wish.template}", which ${client.http.url} does not have: expected ${known.length === 0 ? 'a template, pushed with "coder templates push"' : `one of ${known.join(", ")}`}`,
    );
  if (second !== undefined)
    throw new RefbenchError(
      "usage",
      `template "${wish.template}" is in several organizations: choose with --organization ${found.map(({ organization }) => organization.name).join(" or ")}`,
    );
  if (wish.preset === undefined) return first;
  return { ...first, presetId: await findPreset(client, first.template, wish.preset) };
}

/** The organization by name or id; by default the deployment's default organization. */
export async function planOrganization(client: CoderClient, wish: string | undefined): Promise<Organization> {
  const all = await chooseOrganizations(client, wish);
  const chosen = all.find((one) => one.is_default) ?? all[0];
  if (chosen === undefined)
    throw new RefbenchError(
      "coder",
      `${client.http.url} has no organization with this caller: add the user to one`,
    );
  return chosen;
}

async function chooseOrganizations(client: CoderClient, wish: string | undefined): Promise<Organization[]> {
  const all = requireList(await client.organizations(), "organizations");
  if (wish === undefined) return all;
  const chosen = all.filter(({ id, name }) => name === wish || id === wish);
  if (chosen.length > 0) return chosen;
  const names = all.map(({ name }) => name).join(", ");
  throw new RefbenchError("usage", `--organization is "${wish}", expected one of ${names}`);
}

async function findPreset(client: CoderClient, template: Template, wish: string): Promise<string> {
  const presets = requireList(await client.presets(template.active_version_id), "presets");
  const preset = presets.find(({ id, name }) => name === wish || id === wish);
  if (preset !== undefined) return preset.id;
  const names = presets.map(({ name }) => name).join(", ");
  throw new RefbenchError(
    "usage",
    `--preset is "${wish}", expected ${names === "" ? `none: template ${template.name} has no presets` : `one of ${names}`}`,
  );
}
