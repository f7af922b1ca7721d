/** The twin's Google project: longer than Google allows (30 characters), so that nothing real can ever answer to it. */
export const TWIN_PROJECT = "refbench-twin-a-name-no-project-can-have";
