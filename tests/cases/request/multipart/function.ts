export async function handler(request: Request): Promise<Response> {
  const form = await request.formData();
  if (!request.url.endsWith('?twice')) return new Response(form);
  const again = await new Response(form).formData();
  const file = again.get('file') as File;
  return Response.json({ name: file.name, size: file.size, text: await file.text(), file: file instanceof File });
}
