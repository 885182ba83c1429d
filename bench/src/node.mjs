// What the figures are compared with: Node's `http` behind an adapter to Request and Response, one of two. `streaming` does what
// Ramekin does: it streams both ways, keeps repeated headers and tells the handler when the client has gone. `buffering` does
// the least that answers: no signal, no stream, whole bodies in memory.
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

async function buffering(message, reply) {
  const headers = new Headers();
  for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i], message.rawHeaders[i + 1]);
  const request = new Request(`http://${message.headers.host}${message.url}`, { method: message.method, headers });
  const response = await handler(request);
  const body = Buffer.from(await response.arrayBuffer());
  reply.writeHead(response.status, { ...Object.fromEntries(response.headers), 'content-length': body.length });
  reply.end(body);
}

const streaming = async (message, reply) => send(await handler(toRequest(message, reply)), reply);

const server = createServer({ streaming, buffering }[process.argv.at(-1)]);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
