import type { Scenario } from "./scenario.ts";

/** Creating workspaces, reaching them and holding connections is the load itself: there is nothing besides. */
export const workspaces: Scenario = () => Promise.resolve({});
