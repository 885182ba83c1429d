// Eight lines down something is missing.
interface Query {
  name: string;
}

export default function handler(request: Request): Response {
  const query: Query = { name: 'x' };
  return new Response(query.name;
}
