// What the figures are compared with: Node's `http` behind the usual adapter to Request and Response. Like Ramekin it streams both
// ways, keeps repeated headers and tells the handler when the client has gone.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';

const handler = () => new Response('Hello');

function toRequest(message, reply) {
  const headers = new Headers();
  for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i], message.rawHeaders[i + 1]);
  const gone = new AbortController();
  reply.once('close', () => {
    if (!reply.writableFinished) gone.abort();
  });
  const hasBody = message.method !== 'GET' && message.method !== 'HEAD';
  return new Request(`http://${message.headers.host}${message.url}`, {
    method: message.method,
    headers,
    signal: gone.signal,
    body: hasBody ? Readable.toWeb(message) : undefined,
    duplex: hasBody ? 'half' : undefined,
  });
}

async function send(response, reply) {
  const fields = {};
  for (const [name, value] of response.headers) {
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  reply.writeHead(response.status, fields);
  if (response.body !== null) {
    for await (const chunk of response.body) {
      if (!reply.write(chunk)) await new Promise((drained) => reply.once('drain', drained));
    }
  }
  reply.end();
}

const server = createServer(async (message, reply) => send(await handler(toRequest(message, reply)), reply));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
