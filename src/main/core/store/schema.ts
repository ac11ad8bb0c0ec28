// The store's tables, as numbered migrations. A migration that has shipped is never edited; a new one is added.

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'sources, files, records, sessions, spans, events, entries, raw blocks',
    sql: `
CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('revision', 0);
-- Tells this store from one that is made anew in the same folder: what was derived from it is of no use then.
INSERT INTO counter VALUES ('identity', abs(random() % 9007199254740991));

CREATE TABLE source (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  format TEXT NOT NULL,
  label TEXT NOT NULL,
  path TEXT NOT NULL,
  -- the folder that rel_path starts from: path itself, or the folder of a file opened alone
  root TEXT NOT NULL,
  origin TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One per file seen. offset, line, state and the rows made from the bytes before it commit together.
CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  source_id INTEGER NOT NULL REFERENCES source(id),
  rel_path TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 1,
  inode TEXT,
  -- when the file was made; of two files with copied lines the older one has the originals
  born_us INTEGER,
  size INTEGER NOT NULL DEFAULT 0,
  modified_us INTEGER,
  offset INTEGER NOT NULL DEFAULT 0,
  line INTEGER NOT NULL DEFAULT 0,
  mid_line INTEGER NOT NULL DEFAULT 0,
  head BLOB,
  tail BLOB,
  parser TEXT,
  parser_version INTEGER NOT NULL DEFAULT 0,
  agent TEXT,
  native_session TEXT,
  session_key TEXT,
  main INTEGER NOT NULL DEFAULT 0,
  parser_state TEXT,
  records INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  unknown_types TEXT NOT NULL DEFAULT '{}',
  state TEXT NOT NULL,
  reason TEXT,
  UNIQUE (source_id, rel_path)
) STRICT;
CREATE INDEX file_by_inode ON file(inode);

-- Declared formats (generic JSON Lines) that files were read by, so that their records can be shown.
CREATE TABLE generic_mapping (parser TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE record_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- A raw unit: where it stands. Its bytes are in raw_block.
CREATE TABLE record (
  id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL REFERENCES file(id),
  generation INTEGER NOT NULL,
  line INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  length INTEGER NOT NULL,
  type_id INTEGER NOT NULL REFERENCES record_type(id),
  session_id INTEGER REFERENCES session(id),
  span_id INTEGER,
  at_us INTEGER,
  known INTEGER NOT NULL,
  copy INTEGER NOT NULL DEFAULT 0,
  superseded INTEGER NOT NULL DEFAULT 0,
  uuid ANY,
  rejected TEXT,
  UNIQUE (file_id, generation, offset)
) STRICT;
CREATE INDEX record_by_session ON record(session_id) WHERE superseded = 0;
CREATE INDEX record_by_uuid ON record(uuid) WHERE uuid IS NOT NULL;

-- Archived bytes of a file's generation, without gaps from 0 to the file's offset.
CREATE TABLE raw_block (
  file_id INTEGER NOT NULL REFERENCES file(id),
  generation INTEGER NOT NULL,
  start INTEGER NOT NULL,
  length INTEGER NOT NULL,
  pack INTEGER NOT NULL,
  pack_offset INTEGER NOT NULL,
  pack_length INTEGER NOT NULL,
  PRIMARY KEY (file_id, generation, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX raw_block_by_pack ON raw_block(pack, pack_offset);

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  source_id INTEGER NOT NULL REFERENCES source(id),
  session_key TEXT NOT NULL,
  native_id TEXT NOT NULL,
  main_file_id INTEGER REFERENCES file(id),
  agent TEXT NOT NULL,
  agent_version TEXT,
  title_custom TEXT,
  title_ai TEXT,
  title_summary TEXT,
  title_prompt TEXT,
  project TEXT,
  folder TEXT,
  cwd TEXT,
  git_branch TEXT,
  model TEXT,
  start_us INTEGER,
  update_us INTEGER,
  turns INTEGER NOT NULL DEFAULT 0,
  spans INTEGER NOT NULL DEFAULT 0,
  llm_spans INTEGER NOT NULL DEFAULT 0,
  tool_spans INTEGER NOT NULL DEFAULT 0,
  errors INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  input INTEGER NOT NULL DEFAULT 0,
  output INTEGER NOT NULL DEFAULT 0,
  cache_read INTEGER NOT NULL DEFAULT 0,
  cache_creation INTEGER NOT NULL DEFAULT 0,
  cache_creation_1h INTEGER NOT NULL DEFAULT 0,
  reasoning INTEGER NOT NULL DEFAULT 0,
  -- who said a field, as JSON: of two files' words the one that counts is the same whichever was read first
  said TEXT NOT NULL DEFAULT '{}',
  revision INTEGER NOT NULL,
  -- rows were removed at this revision: who stands before it starts over
  reset_revision INTEGER NOT NULL DEFAULT 0,
  UNIQUE (source_id, session_key)
) STRICT;
CREATE INDEX session_by_update ON session(coalesce(update_us, 0) DESC, public_id);
CREATE INDEX session_by_revision ON session(revision);

CREATE TABLE span (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  parent_key TEXT,
  link TEXT NOT NULL,
  thread_key TEXT NOT NULL,
  turn_key TEXT,
  start_us INTEGER,
  end_us INTEGER,
  status TEXT NOT NULL,
  model TEXT,
  input INTEGER,
  output INTEGER,
  cache_read INTEGER,
  cache_creation INTEGER,
  cache_creation_1h INTEGER,
  reasoning INTEGER,
  usage_provenance TEXT NOT NULL,
  response_key TEXT,
  counted INTEGER NOT NULL,
  -- what is known for certain and what only fills a gap (bits, see join-span.ts)
  told INTEGER NOT NULL,
  -- who gave a field, as JSON, where it was another than the file below
  said TEXT,
  summary TEXT,
  attrs TEXT,
  ord REAL NOT NULL,
  file_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (session_id, key)
) STRICT;
CREATE INDEX span_by_revision ON span(session_id, revision);
CREATE INDEX span_by_parent ON span(session_id, parent_key);
CREATE INDEX span_by_file ON span(file_id);
-- Copies of one model response: the earliest of them counts.
CREATE INDEX span_by_response ON span(response_key) WHERE response_key IS NOT NULL;

-- Counted usage by quarters of an hour (UTC, since 1970; -1: not known when), kept by the writer. Costs are made of it when
-- somebody asks: what a price may depend on is in the terms.
CREATE TABLE usage_terms (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  -- the prompt was longer than this
  context_over INTEGER NOT NULL,
  -- bits: fast, in the United States only, in a batch
  modifiers INTEGER NOT NULL,
  estimated INTEGER NOT NULL,
  -- 1: the log states what it cost, 2: what the agent takes it for
  logged INTEGER NOT NULL,
  UNIQUE (model, context_over, modifiers, estimated, logged)
) STRICT;
CREATE TABLE usage_cell (
  session_id INTEGER NOT NULL REFERENCES session(id),
  terms_id INTEGER NOT NULL REFERENCES usage_terms(id),
  quarter INTEGER NOT NULL,
  responses INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_creation INTEGER NOT NULL,
  cache_creation_1h INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  logged_nano INTEGER NOT NULL,
  PRIMARY KEY (session_id, terms_id, quarter)
) STRICT, WITHOUT ROWID;
-- The same by hours for all sessions together; the clocks of most zones are whole hours ahead of UTC.
CREATE TABLE usage_hour (
  hour INTEGER NOT NULL,
  terms_id INTEGER NOT NULL REFERENCES usage_terms(id),
  responses INTEGER NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_creation INTEGER NOT NULL,
  cache_creation_1h INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  web_searches INTEGER NOT NULL,
  logged_nano INTEGER NOT NULL,
  PRIMARY KEY (hour, terms_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE span_record (
  span_id INTEGER NOT NULL REFERENCES span(id) ON DELETE CASCADE,
  record_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  PRIMARY KEY (span_id, record_id)
) STRICT, WITHOUT ROWID;

-- Offers and wants of spans that can only be linked by each other's text.
CREATE TABLE hint (
  session_id INTEGER NOT NULL REFERENCES session(id),
  hint TEXT NOT NULL,
  role TEXT NOT NULL,
  span_key TEXT NOT NULL,
  PRIMARY KEY (session_id, hint, role, span_key)
) STRICT, WITHOUT ROWID;

-- Titles for the sessions that hold a record, whether it was seen yet or not.
CREATE TABLE record_title (
  source_id INTEGER NOT NULL,
  uuid ANY NOT NULL,
  title TEXT NOT NULL,
  file_id INTEGER NOT NULL,
  offset INTEGER NOT NULL,
  PRIMARY KEY (source_id, uuid)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  at_us INTEGER,
  thread_key TEXT NOT NULL,
  span_key TEXT,
  -- 1: a human's prompt that begins a turn; its number is its place among these in time
  turn INTEGER NOT NULL DEFAULT 0,
  summary TEXT,
  record_id INTEGER,
  ord REAL NOT NULL,
  file_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (session_id, key)
) STRICT;
CREATE INDEX event_by_revision ON event(session_id, revision);
CREATE INDEX event_by_file ON event(file_id);
CREATE INDEX event_by_turn ON event(session_id) WHERE turn = 1;

-- The conversation: one row a block that people read; its text stays in the record.
CREATE TABLE entry (
  id INTEGER PRIMARY KEY,
  session_id INTEGER NOT NULL REFERENCES session(id),
  key TEXT NOT NULL,
  thread_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  ord REAL NOT NULL,
  span_key TEXT,
  event_key TEXT,
  at_us INTEGER,
  record_id INTEGER,
  block INTEGER NOT NULL,
  result_record_id INTEGER,
  result_block INTEGER,
  result_file_id INTEGER,
  -- 1: its body, 2: its result is more than a copy inside another record
  told INTEGER NOT NULL,
  file_id INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  UNIQUE (session_id, key)
) STRICT;
CREATE INDEX entry_by_thread ON entry(session_id, thread_key, ord);
CREATE INDEX entry_by_revision ON entry(session_id, revision);
CREATE INDEX entry_by_file ON entry(file_id);
CREATE INDEX entry_by_span ON entry(session_id, span_key) WHERE span_key IS NOT NULL;
CREATE INDEX entry_by_event ON entry(session_id, event_key) WHERE event_key IS NOT NULL;
`,
  },
];
