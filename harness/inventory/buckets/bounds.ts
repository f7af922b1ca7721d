/** A record of 10,000 builds with its windows has some 4 MiB, a Terraform state less: nothing that refbench keeps in a bucket is larger. */
export const MAX_OBJECT_BYTES = 256 * 2 ** 20;

/**
 * The largest answer that is not an object's content. S3 lists at most 1,000 keys a page, each of at most 1,024 bytes: 3 kB
 * where each byte is percent-encoded, 6 kB where each is an XML entity, and some 600 bytes of fields around it. Hence 8 MiB.
 */
export const MAX_ANSWER_BYTES = 8 * 2 ** 20;
