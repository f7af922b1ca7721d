import type { LimitRule } from "./rule.ts";
import { coderdCpu } from "./rules/coderd-cpu.ts";
import { generator } from "./rules/generator.ts";
import { provisionerCapacity } from "./rules/provisioner-capacity.ts";

/** Every rule. Of two that held equally long, the one further up is named first: causes before what follows of them. */
export const LIMIT_RULES: readonly LimitRule[] = [generator, coderdCpu, provisionerCapacity];
