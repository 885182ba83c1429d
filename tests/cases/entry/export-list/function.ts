async function handler(): Promise<Response> {
  return new Response('list');
}

export { handler };
