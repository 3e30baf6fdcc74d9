// A host for tests of the pool: it ends before it is ready.
process.exit(4);
