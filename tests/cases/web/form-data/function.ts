export async function handler(): Promise<Response> {
  const form = new FormData();
  form.append('a', '0');
  form.set('a', '1');
  form.append('a', '2');
  form.append('f', new Blob(['x']));
  form.append('gone', '1');
  form.delete('gone');
  const file = form.get('f') as File;
  const request = new Request('https://example.org', { method: 'POST', body: form });
  const encoded = /^multipart\/form-data; ?boundary=.+/.test(request.headers.get('content-type') ?? '');
  const again = await request.formData();
  again.delete('f');
  return Response.json({
    keys: [...form.keys()],
    all: form.getAll('a'),
    has: [form.has('a'), form.has('gone')],
    file: { name: file.name, text: await file.text() },
    encoded,
    round: [...again],
  });
}
