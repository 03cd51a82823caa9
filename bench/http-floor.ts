/** What an HTTP command is held against: a bare express route that does one INSERT and answers. In a process of its own. */
import express from 'express';
import { randomUUID } from 'node:crypto';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const app = express();
app.use(express.json());
app.get('/health/live', (_, response) => void response.json({ status: 'ok' }));
app.post('/insert', async (request, response) => {
  await pool.query({
    name: 'insert',
    text: 'insert into bodies (id, body) values ($1, $2)',
    values: [randomUUID(), JSON.stringify(request.body)],
  });
  response.status(201).json({ inserted: true });
});
app.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
