import { join } from "node:path";
import { TYPES_IN_USE } from "../types-in-use.ts";
import type { ProviderName } from "../types-in-use.ts";
import { providerService } from "./provider.ts";
import { serve } from "./server.ts";
import { twinSettings } from "../settings.ts";

const provider = process.argv[2] ?? "";
if (!(provider in TYPES_IN_USE)) throw new Error(`the twin stands in for no provider "${provider}"`);
const settings = twinSettings(process.env);
serve({
  protos: join(settings.source, "plugin"),
  provider: providerService(provider as ProviderName, settings),
});
