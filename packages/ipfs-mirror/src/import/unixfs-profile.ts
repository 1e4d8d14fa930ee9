/** The UnixFS profile of every import (IPIP-499): CIDv1, raw leaves, 1 MiB chunks, 1,024 links, HAMT over 256 KiB. */
export const UNIXFS_PROFILE = 'unixfs-v1-2025'
/** Bytes of a chunk: a file up to this size is one raw block. */
export const CHUNK_BYTES = 1024 * 1024
/** Links of a file's node at most. */
export const MAX_FILE_LINKS = 1024
/** A directory block over this size becomes a HAMT. */
export const MAX_DIRECTORY_BLOCK_BYTES = 256 * 1024
