import express from "npm:express@5.3.0";

const app = express();
app.get("/", (_request, response) => response.json({ ok: true }));

export default async () => {
  await new Promise<void>((resolve, reject) => {
    app.listen(0, (error?: Error) => error ? reject(error) : resolve());
  });
  return Response.json({ listening: true });
};
