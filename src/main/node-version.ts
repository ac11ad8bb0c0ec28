// Says in one sentence that Node is too old, instead of crashing in a native module. Imported before anything else.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(
    `playhead: Node ${process.versions.node} is too old, Playhead needs 22.22 or newer: start it with "npm start" or "npm run playhead", which bring their own.\n`,
  );
  process.exit(1);
}
