// Takes files of a form, and gives them back by their hash. `_schema.json` has the table.
//
//   POST  multipart/form-data with `file`, and `caption` if there is one      curl -F file=@cat.png -F caption=Tom …
//   GET   ?sha256=<hash>                                                      the file
interface Database {
  query(sql: string, parameters?: unknown[]): Promise<{ rows: Record<string, any>[] }>;
}

interface Context {
  db: Database;
}

/** Kinds of files that are taken. SVG and HTML are not: shown at your address, they could run scripts there. */
const TYPES = ['image/png', 'image/jpeg', 'image/webp', 'application/pdf', 'text/plain'];
const MAX_SIZE = 1_000_000;

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}

async function take(request: Request, db: Database): Promise<Response> {
  let form: FormData;
  try {
    form = await request.formData();
  } catch {
    return refuse(400, 'send a form as multipart/form-data');
  }
  const file = form.get('file');
  const caption = form.get('caption') ?? '';
  if (!(file instanceof File) || file.size === 0) return refuse(400, 'the form needs a `file`');
  if (typeof caption !== 'string' || caption.length > 200) return refuse(400, '`caption` must be a text of at most 200 characters');
  if (file.size > MAX_SIZE) return refuse(413, `a file may have ${MAX_SIZE} bytes`);
  // The sender says what the type is, and may lie; `nosniff` below has browsers keep to it.
  const type = file.type.split(';', 1)[0];
  if (!TYPES.includes(type)) return refuse(415, `a file may be ${TYPES.join(', ')}`);

  const bytes = new Uint8Array(await file.arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const { rows } = await db.query(
    `INSERT INTO uploads (sha256, name, type, caption, content) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (sha256) DO NOTHING RETURNING sha256`,
    [sha256, file.name, type, caption, bytes],
  );
  const isNew = rows.length === 1;
  return Response.json({ sha256, name: file.name, type, size: file.size, new: isNew }, { status: isNew ? 201 : 200 });
}

async function give(sha256: string, db: Database): Promise<Response> {
  const { rows } = await db.query('SELECT name, type, content FROM uploads WHERE sha256 = $1', [sha256]);
  if (rows.length === 0) return refuse(404, 'there is no such file');
  const { name, type, content } = rows[0];
  return new Response(content, {
    headers: {
      'content-type': type,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'public, max-age=31536000, immutable',
    },
  });
}

export async function handler(request: Request, { db }: Context): Promise<Response> {
  if (request.method === 'POST') return take(request, db);
  const sha256 = new URL(request.url).searchParams.get('sha256');
  return sha256 === null ? refuse(400, 'send a file with POST, or ask for one with ?sha256=') : give(sha256, db);
}
