import ky, { HTTPError } from "npm:ky@2.1.0";

export default async () => {
  const api = ky.create({
    prefix: process.env.UPSTREAM,
    retry: { limit: 2, delay: () => 10 },
    hooks: { beforeRequest: [({ request }) => request.headers.set("x-hook", "1")] },
  });
  const list = await api.get("items", { searchParams: { page: 2 } }).json<{ items: number[] }>();
  const made = await api.post("items", { json: { a: 1 } });
  const busy = await api("busy").text();
  const missing = await api("missing").json().catch((error) => error);
  return Response.json({
    list,
    made: [made.status, await made.json()],
    busy,
    missing: [missing instanceof HTTPError, missing.response.status, missing.name],
  });
};
