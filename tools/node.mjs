/** `node tools/node.mjs ARGUMENTS…`: Node with these arguments, on a Node that fits. */
import { becomeNode, fittingNode } from './node-version.mjs';

await becomeNode(fittingNode(), process.argv.slice(2));
