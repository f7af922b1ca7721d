/** Condition of a record whose build times contain the work of a cloud: a table that shows builds says so too. */
export const DISK_IN_BUILDS =
  "build times: include making and attaching a disk of the cloud (none with --set homeVolumeGib=0)";
