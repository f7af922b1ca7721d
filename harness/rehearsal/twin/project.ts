/** The twin's Google project: nobody is meant to own one of this name, so that nothing real answers to it. */
export const TWIN_PROJECT = "refbench-twin-no-such-project";
