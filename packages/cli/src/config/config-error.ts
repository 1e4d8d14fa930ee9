import { DomainSyncError, type ErrorDetails } from '@domainsync/core'

/** `CONFIG_MISSING`, `CONFIG_INVALID`, `SECRET_MISSING`, `ROTATIONS_UNREADABLE`. */
export class ConfigError extends DomainSyncError {
  constructor(
    code: 'CONFIG_MISSING' | 'CONFIG_INVALID' | 'SECRET_MISSING' | 'ROTATIONS_UNREADABLE',
    message: string,
    details: ErrorDetails = {},
  ) {
    super(code, message, { state: 'Nothing was written.', retryable: false, ...details })
  }
}
