/** How far a part of a publish or a migration is that moves the whole release: fetching it, writing its CAR, sending it, reading it back. */
export interface TransferProgress {
  readonly step: 'fetch' | 'car' | 'replicate' | 'prove'
  /** The domain; the root where something is moved without one. */
  readonly domain: string
  readonly bytes: number
  /** Not all of it is read back: it is large. */
  readonly sample?: boolean | undefined
  /** Of all providers together, as far as it is known: it may grow. */
  readonly totalBytes?: number | undefined
  /** Providers that it was sent to, or that refused, of all. */
  readonly providers?: { readonly done: number; readonly total: number } | undefined
}

/** Who is told. */
export type OnTransfer = (progress: TransferProgress) => void

/** Adds up the bytes of one part. */
export interface TransferMeter {
  /** So many more are expected. */
  expect(sizeBytes: number): void
  /** So many more came. */
  add(sizeBytes: number): void
  /** So many providers are sent it. */
  expectProviders(total: number): void
  /** One of them has it, or refused it. */
  providerDone(): void
  /** Passes a stream on, and counts it. */
  counted(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

export function createTransferMeter(
  { step, domain, sample }: Pick<TransferProgress, 'step' | 'domain' | 'sample'>,
  onTransfer: OnTransfer | undefined,
): TransferMeter {
  let bytes = 0
  let totalBytes: number | undefined
  let providers: { done: number; total: number } | undefined
  const tell = () => onTransfer?.({ step, domain, sample, bytes, totalBytes, providers })
  const meter: TransferMeter = {
    expect(sizeBytes) {
      totalBytes = (totalBytes ?? 0) + sizeBytes
    },
    add(sizeBytes) {
      bytes += sizeBytes
      tell()
    },
    expectProviders(total) {
      providers = { done: 0, total }
    },
    providerDone() {
      if (providers !== undefined) providers = { ...providers, done: providers.done + 1 }
      tell()
    },
    async *counted(stream) {
      for await (const chunk of stream) {
        meter.add(chunk.length)
        yield chunk
      }
    },
  }
  return meter
}
