import { Redis } from "npm:ioredis@6.0.0";

export default async () => {
  const redis = new Redis({ lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: null });
  await redis.connect();
  return Response.json({ found: await redis.get("a") });
};
