import { join } from "node:path";
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { openStore } from "../../inventory/store.ts";
import type { Asked, Cloud } from "../cloud/cloud.ts";
import { CloudError } from "../cloud/cloud-error.ts";
import { create } from "../operations/create.ts";
import { destroy } from "../operations/destroy.ts";
import { clusterAt, twinPlaceOf } from "../cloud/place.ts";
import type { TwinPlace } from "../cloud/place.ts";
import { readDataSource } from "../operations/data-sources.ts";
import { read } from "../operations/read.ts";
import { update } from "../operations/update.ts";
import { CONSTRAINTS } from "../constraints/table.ts";
import { overlayOf } from "../overlay/table.ts";
import type { TypeSchema } from "../values/schema.ts";
import type { ProviderName } from "../types-in-use.ts";
import { planChange } from "./plan.ts";
import { schemaMessage } from "./schema-message.ts";
import { loadSchemas } from "./schemas.ts";
import { refusals } from "./validate.ts";
import { inventoryFolder } from "../settings.ts";
import type { TwinSettings } from "../settings.ts";
import { decodeValues, encodeValues } from "../values/value.ts";
import type { Values } from "../values/value.ts";

interface Bytes {
  readonly msgpack?: Uint8Array;
  readonly json?: Uint8Array;
}
/** A request with the fields of the .proto; a handler reads those that its own request has. */
interface Request {
  readonly type_name: string;
  readonly config: Bytes | null;
  readonly raw_state: Bytes;
  readonly prior_state: Bytes;
  readonly proposed_new_state: Bytes;
  readonly planned_state: Bytes;
  readonly current_state: Bytes;
  readonly prior_private: Uint8Array;
  readonly planned_private: Uint8Array;
  readonly private: Uint8Array;
}
const ERROR = 1;
/** The summary of the providers' SDK for a configuration that it refuses. */
const INVALID = "Invalid combination of arguments";
/** Providers whose resources do not live in a cluster. */
const CLOUDS: ReadonlySet<ProviderName> = new Set(["google", "aws"]);

/** The provider's service: Terraform's calls, answered by the twin's clouds. */
export function providerService(
  provider: ProviderName,
  settings: TwinSettings,
): UntypedServiceImplementation {
  const schemas = loadSchemas(join(settings.source, "schemas"), provider);
  const stop = new AbortController();
  const cloud: Cloud = { store: openStore(inventoryFolder(settings.root)), settings, signal: stop.signal };
  let place: TwinPlace = twinPlaceOf(provider, {});

  const asked = async (type: string, config: Values | null): Promise<Asked> => {
    const schema = schemaIn(schemas.resources, type);
    const cluster = CLOUDS.has(provider) ? undefined : await clusterAt(cloud.store, place, `${type}/`);
    return { type, schema, overlay: overlayOf(type), place, cluster, config: config ?? {} };
  };

  return handlers({
    GetProviderSchema: () => ({
      provider: schemaMessage(schemas.provider),
      resource_schemas: mapOf(schemas.resources, schemaMessage),
      data_source_schemas: mapOf(schemas.dataSources, schemaMessage),
      server_capabilities: { plan_destroy: true, get_provider_schema_optional: true },
    }),
    ValidateProviderConfig: () => ({}),
    ValidateResourceConfig: ({ type_name, config }) => ({
      diagnostics: refusals(CONSTRAINTS[type_name] ?? [], decodeValues(config) ?? {}).map((detail) =>
        diagnostic(new CloudError(INVALID, { detail })),
      ),
    }),
    ValidateDataResourceConfig: () => ({}),
    ConfigureProvider: ({ config }) => {
      place = twinPlaceOf(provider, decodeValues(config) ?? {});
      return {};
    },
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: { json: raw_state.json } }),
    PlanResourceChange: ({ type_name, prior_state, proposed_new_state, prior_private }) =>
      planChange(schemaIn(schemas.resources, type_name), overlayOf(type_name), place, {
        prior: decodeValues(prior_state),
        proposed: decodeValues(proposed_new_state),
        priorBytes: prior_state,
        priorPrivate: prior_private,
      }),
    ReadResource: async ({ type_name, current_state, private: key }) => {
      const state = decodeValues(current_state);
      const exists = state === null || (await read(cloud, await asked(type_name, null), state, textOf(key)));
      return { new_state: exists ? current_state : encodeValues(null), private: key };
    },
    ApplyResourceChange: async ({ type_name, prior_state, planned_state, config, planned_private }) => {
      const [prior, planned] = [decodeValues(prior_state), decodeValues(planned_state)];
      const key = textOf(planned_private);
      try {
        const about = await asked(type_name, decodeValues(config));
        if (planned === null) {
          await destroy(cloud, about, prior ?? {}, key);
          return { new_state: encodeValues(null), legacy_type_system: true };
        }
        const {
          state,
          key: created,
          error,
        } = prior === null ? await create(cloud, about, planned) : await update(cloud, about, planned, key);
        return {
          new_state: encodeValues(state),
          private: Buffer.from(created),
          diagnostics: error === undefined ? [] : [diagnostic(error)],
          legacy_type_system: true,
        };
      } catch (error) {
        return { new_state: prior_state, private: planned_private, diagnostics: [diagnostic(error)] };
      }
    },
    ReadDataSource: async ({ type_name, config }) => ({
      state: encodeValues(
        await readDataSource(cloud, {
          type: type_name,
          schema: schemaIn(schemas.dataSources, type_name),
          place,
          config: decodeValues(config) ?? {},
        }),
      ),
    }),
    StopProvider: () => {
      stop.abort();
      return { Error: "" };
    },
  });
}

type Handler = (request: Request) => object | Promise<object>;

/** Every handler's errors become diagnostics, which all responses but two have. */
function handlers(of: Record<string, Handler>): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(of).map(([name, handle]) => [
      name,
      (call: ServerUnaryCall<Request, object>, answer: sendUnaryData<object>) => {
        Promise.resolve()
          .then(() => handle(call.request))
          .catch((error: unknown) => ({ diagnostics: [diagnostic(error)] }))
          .then((response) => answer(null, response), answer);
      },
    ]),
  );
}

function diagnostic(error: unknown): object {
  if (error instanceof CloudError) return { severity: ERROR, summary: error.message, detail: error.detail };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { severity: ERROR, summary: "the twin itself failed", detail: stack };
}

function schemaIn(schemas: ReadonlyMap<string, TypeSchema>, type: string): TypeSchema {
  const schema = schemas.get(type);
  if (schema === undefined)
    throw new CloudError(`the twin does not know ${type}: add it to rehearsal/twin/types-in-use.ts`);
  return schema;
}

function mapOf<T>(map: ReadonlyMap<string, T>, change: (one: T) => object): Record<string, object> {
  return Object.fromEntries([...map].map(([name, one]) => [name, change(one)]));
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined || bytes.length === 0 ? undefined : Buffer.from(bytes).toString("utf8");
}
