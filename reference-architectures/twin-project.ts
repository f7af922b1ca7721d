/** The twin's Google project. It is longer than Google allows (30 characters), so that no real project has this name. */
export const TWIN_PROJECT = "refbench-twin-a-name-no-project-can-have";
