export function handler(request: Request, { env }) {
  console.log("called");
  if (request.url.endsWith("?fail")) throw new Error("on purpose");
  return new Response(env.A ?? "none");
}
