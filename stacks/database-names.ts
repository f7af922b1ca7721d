/** Name of Coder's database, whoever runs it. */
export const DATABASE_NAME = "coder";

/** Name of Coder's user in it. */
export const DATABASE_USER = "coder";
