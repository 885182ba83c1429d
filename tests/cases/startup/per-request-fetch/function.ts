const answer = fetch(`${Deno.env.get('UPSTREAM')}/status/200`).then((answer) => answer.text());

export const handler = async (): Promise<Response> => new Response(await answer);
