// What the figures are compared with: Node's `http`, with the Request and Response objects that a function has.
import { createServer } from 'node:http';

const handler = () => new Response('Hello');

const server = createServer(async (message, reply) => {
  const headers = new Headers();
  for (let i = 0; i < message.rawHeaders.length; i += 2) headers.append(message.rawHeaders[i], message.rawHeaders[i + 1]);
  const response = await handler(new Request(`http://${message.headers.host}${message.url}`, { method: message.method, headers }));
  const body = Buffer.from(await response.arrayBuffer());
  const fields = Object.fromEntries(response.headers);
  fields['content-length'] = body.length;
  reply.writeHead(response.status, fields);
  reply.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
