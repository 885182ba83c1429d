// Lets callers ask a language model without knowing your key: what the model says is relayed as server-sent events while it
// is said, in the form that clients of the OpenAI API read.
//
//   POST {"prompt": "Why is the sky blue?"}
//
// Environment: OPENAI_API_KEY; OPENAI_MODEL; OPENAI_BASE_URL for any other service that speaks the same API.
// `openai-relay.json` gives it more time than functions have otherwise. Before everybody can call it, set `auth` there, and a rate:
// each call is on your bill.
import OpenAI from 'npm:openai@7.57.0';

interface Context {
  env: Record<string, string | undefined>;
}

const MAX_PROMPT = 4_000;

function refuse(status: number, error: string, headers?: Record<string, string>): Response {
  return Response.json({ error }, { status, headers });
}

/** What callers are told of a refusal. The service's own words may be about your account, so they go to the log. */
function relayed(error: unknown): Response {
  if (!(error instanceof OpenAI.APIError)) throw error;
  console.error(`the model's service: ${error.message}`);
  if (error.status === 429) {
    const later = error.headers?.get('retry-after') ?? '10';
    return refuse(429, 'the model is busy; try again later', { 'retry-after': later });
  }
  if (error.status === 400) return refuse(400, 'the model does not take this prompt');
  return refuse(502, 'the model cannot be reached; try again later');
}

export async function handler(request: Request, { env }: Context): Promise<Response> {
  const apiKey = env.OPENAI_API_KEY;
  if (!apiKey) return refuse(503, 'set OPENAI_API_KEY');
  const { prompt } = (await request.json().catch(() => null)) ?? {};
  if (typeof prompt !== 'string' || prompt === '' || prompt.length > MAX_PROMPT) {
    return refuse(400, `send { "prompt": "…" } of at most ${MAX_PROMPT} characters with POST`);
  }

  const client = new OpenAI({ apiKey, baseURL: env.OPENAI_BASE_URL, maxRetries: 1, timeout: 20_000 });
  let chunks;
  try {
    chunks = await client.chat.completions.create({
      model: env.OPENAI_MODEL ?? 'gpt-4o-mini',
      messages: [
        { role: 'system', content: 'Answer in a few sentences.' },
        { role: 'user', content: prompt },
      ],
      stream: true,
    });
  } catch (error) {
    return relayed(error);
  }

  const encoder = new TextEncoder();
  const coming = chunks[Symbol.asyncIterator]();
  const events = new ReadableStream({
    // Asked for when the caller reads: a slow caller slows the model down, and nothing piles up here.
    async pull(controller) {
      try {
        const { value, done } = await coming.next();
        controller.enqueue(encoder.encode(`data: ${done ? '[DONE]' : JSON.stringify(value)}\n\n`));
        if (done) controller.close();
      } catch (error) {
        // The status is sent already: what goes wrong now can only be said in the stream.
        console.error(error);
        const told = { error: { message: 'the model broke off', type: 'upstream_error' } };
        controller.enqueue(encoder.encode(`data: ${JSON.stringify(told)}\n\n`));
        controller.close();
      }
    },
    // The caller has gone: nobody needs the rest, and nobody should pay for it.
    cancel() {
      chunks.controller.abort();
    },
  });
  return new Response(events, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
}
