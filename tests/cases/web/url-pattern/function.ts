const users = new URLPattern({ pathname: '/users/:id' });

export function handler(): Response {
  let error = 'none';
  try {
    new URLPattern({ pathname: '/(' });
  } catch (thrown) {
    error = (thrown as Error).name;
  }
  return Response.json({
    id: users.exec('https://example.com/users/42')?.pathname.groups.id,
    missed: users.exec('https://example.com/posts/42') === null,
    wild: new URLPattern('https://*.example.com/files/*').exec('https://cdn.example.com/files/a/b.txt')?.pathname.groups[0],
    port: new URLPattern({ port: '80' }).test({ port: '80' }),
    error,
  });
}
