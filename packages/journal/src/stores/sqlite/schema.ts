/** Marks a file as ours (`PRAGMA application_id`): the letters DSJ1. */
export const APPLICATION_ID = 0x44534a31

/**
 * The steps from an empty file to today's tables; entry `n` leads from version `n` to `n + 1`. Entries are never changed,
 * only added. Times are milliseconds since 1970, JSON is text, hashes and addresses are lower-case hex.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE domain (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    max_safe_seq INTEGER,
    lease_owner TEXT,
    lease_epoch INTEGER NOT NULL DEFAULT 0,
    lease_until INTEGER NOT NULL DEFAULT 0,
    next_due_at INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE observation (
    domain TEXT NOT NULL,
    probe TEXT NOT NULL,
    vantage TEXT NOT NULL,
    at INTEGER NOT NULL,
    verdict TEXT NOT NULL CHECK (verdict IN ('good', 'bad', 'unknown')),
    value TEXT NOT NULL,
    evidence TEXT NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (domain, probe, vantage, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX observation_at ON observation (at);
  CREATE INDEX observation_domain_at ON observation (domain, at);

  CREATE TABLE condition (
    domain TEXT NOT NULL,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'cleared')),
    severity TEXT NOT NULL,
    since INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (domain, type, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE incident (
    id TEXT NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL,
    first_bad_at INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    current INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX incident_current ON incident (domain) WHERE current = 1;

  CREATE TABLE op (
    serial INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    domain TEXT NOT NULL,
    incident TEXT,
    expected_seq INTEGER NOT NULL,
    content TEXT,
    root TEXT,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    epoch INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX op_running ON op (domain) WHERE state = 'running';
  CREATE INDEX op_domain ON op (domain, serial);

  CREATE TABLE step (
    op TEXT NOT NULL REFERENCES op (id),
    n INTEGER NOT NULL,
    key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'intent', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    intent TEXT,
    receipt TEXT,
    not_before INTEGER,
    error TEXT,
    PRIMARY KEY (op, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE nonce (
    chain INTEGER NOT NULL,
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    step_key TEXT NOT NULL,
    PRIMARY KEY (chain, sender, nonce)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX nonce_step ON nonce (step_key, chain, sender, nonce);

  CREATE TABLE tx (
    serial INTEGER PRIMARY KEY,
    chain INTEGER NOT NULL,
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    raw TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('signed', 'mined', 'replaced')),
    block_hash TEXT,
    step_key TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX tx_nonce ON tx (chain, sender, nonce, serial);
  CREATE INDEX tx_step ON tx (step_key, serial);

  CREATE TABLE freeze (
    id TEXT NOT NULL PRIMARY KEY,
    domain TEXT NOT NULL,
    cause TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('automatic', 'sticky')),
    evidence_digest TEXT NOT NULL,
    since INTEGER NOT NULL,
    thaw_signature TEXT,
    current INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX freeze_current ON freeze (domain) WHERE current = 1;

  CREATE TABLE outbox (
    serial INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    notifier TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered')),
    UNIQUE (key, notifier)
  ) STRICT;
  CREATE INDEX outbox_pending ON outbox (serial) WHERE state = 'pending';

  CREATE TABLE cursor (
    chain INTEGER NOT NULL,
    registry TEXT NOT NULL,
    number INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (chain, registry)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE slo_slot (
    domain TEXT NOT NULL,
    objective TEXT NOT NULL,
    at INTEGER NOT NULL,
    good INTEGER NOT NULL,
    bad INTEGER NOT NULL,
    unknown INTEGER NOT NULL,
    PRIMARY KEY (domain, objective, at)
  ) STRICT, WITHOUT ROWID;
  `,
]
