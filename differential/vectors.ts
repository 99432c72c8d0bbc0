/** `npm run vectors`: asks statsig-node again and rewrites the expected answers of every vector. */
process.env['TZ'] = 'UTC';
import { answerVector, answeredFiles, readVectors, writeVectors } from './vector';

async function main(): Promise<void> {
  for (const file of answeredFiles()) {
    const answered = [];
    for (const vector of readVectors(file)) answered.push(await answerVector(vector));
    writeVectors(file, answered);
    console.log(`${file}: ${answered.length} vectors`);
  }
}

void main();
