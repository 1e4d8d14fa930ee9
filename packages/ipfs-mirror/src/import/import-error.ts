import { DomainSyncError } from '@domainsync/core'

/**
 * Why a folder is not imported. `SITE_MISSING`, `SITE_NOT_A_FOLDER`, `SITE_EMPTY`, `SITE_SYMLINK`, `SITE_GIT`,
 * `SITE_ENV_FILE`, `SITE_NAME_NOT_UTF8`, `SITE_SPECIAL_FILE`, `SITE_RESERVED_PATH`, `SITE_UNREADABLE`: nothing was read into
 * the store. `SITE_CHANGED_WHILE_READ`: some blocks may have been, but nothing is pinned. `IMPORT_CACHE_UNWRITABLE`: the site
 * was imported.
 */
export class ImportError extends DomainSyncError {}
