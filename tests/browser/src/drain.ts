/**
 * Ends a process of node:test a moment later than `--test-force-exit` does, which leaves out the last outcomes where they
 * are still on their way (Node 20).
 */

const exit = process.exit.bind(process);
const MOMENT = 300;

process.exit = ((code) => void setTimeout(() => exit(code), MOMENT)) as typeof process.exit;
