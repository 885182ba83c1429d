addEventListener('fetch', (event: any) => {
  const { pathname, searchParams } = new URL(event.request.url);
  const what = searchParams.get('what');
  if (what === 'nothing') return;
  if (what === 'throws') throw new RangeError('thrown by a listener');
  if (what === 'twice') event.respondWith(new Response('first'));
  event.waitUntil(Promise.resolve().then(() => console.log('went on')));
  event.respondWith(answer(event.request, pathname));
});

async function answer(request: Request, path: string): Promise<Response> {
  await null;
  return new Response(`${request.method} ${path.split('/').pop()}: ${await request.text()}`);
}
