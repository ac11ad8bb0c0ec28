// Reads a folder into a store for as long as it lives: `node reading.child.ts DATA_DIR ROOT`. For tests that kill it.

import { IngestService, systemClock } from '../../../../src/main/core/ingest/ingest-service.ts';
import { FileRecogniser } from '../../../../src/main/core/ingest/recogniser.ts';
import { StoreWriter } from '../../../../src/main/core/store/index.ts';

const [dataDir = '', root = ''] = process.argv.slice(2);
const store = new StoreWriter(dataDir);
const service = new IngestService(store, new FileRecogniser(store), systemClock, false);
const { id } = service.addSource({
  format: 'auto',
  label: 'auto',
  path: root,
  root,
  starts: [''],
  origin: 'found',
  include: () => true,
});
setInterval(() => service.look(id), 5);
process.stdout.write('ready\n');
