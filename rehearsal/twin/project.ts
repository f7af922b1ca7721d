/** The twin's Google project: longer than Google allows (30 characters), so that nothing real can ever answer to it. */
export const TWIN_PROJECT = "refbench-twin-a-name-no-project-can-have";

/** Who deploys, where the twin plays AWS. */
export const TWIN_CALLER = "arn:aws:iam::000000000000:role/refbench";
