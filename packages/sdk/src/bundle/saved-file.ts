/** A file that can be read anywhere: a `Blob` is one, what a file input gives in a browser and `fs.openAsBlob` in Node. */
export interface SavedFile {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
}
