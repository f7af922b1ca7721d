/** A record of 10,000 builds with its windows has some 4 MiB, a Terraform state less: nothing that refbench keeps in a bucket is larger. */
export const MAX_OBJECT_BYTES = 256 * 2 ** 20;
