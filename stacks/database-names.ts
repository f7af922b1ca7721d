/** The name of Coder's database. */
export const DATABASE_NAME = "coder";

/** The database of the compared version, because Coder does not start on the schema of a newer one. */
export const CANDIDATE_DATABASE_NAME = "coder_candidate";

/** The name of Coder's user in the database. */
export const DATABASE_USER = "coder";
