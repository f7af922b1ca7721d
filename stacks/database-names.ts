/** Name of Coder's database, whoever runs it. */
export const DATABASE_NAME = "coder";

/** Of the version that it is compared with: Coder does not start on the schema of a newer one. */
export const CANDIDATE_DATABASE_NAME = "coder_candidate";

/** Name of Coder's user in it. */
export const DATABASE_USER = "coder";
