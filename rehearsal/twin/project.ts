/** The identity that deploys, where the twin plays AWS. */
export const TWIN_CALLER = "arn:aws:iam::000000000000:role/refbench";
