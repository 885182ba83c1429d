import { Redis } from "npm:@upstash/redis@1.39.0";

export default async () => {
  const redis = new Redis({ url: process.env.UPSTREAM!, token: "token-1", enableAutoPipelining: false, retry: false });
  const set = await redis.set("user:1", { name: "Ada" }, { ex: 60 });
  const get = await redis.get<{ name: string }>("user:1");
  const pipeline = await redis.pipeline().incr("n").hset("h", { a: 1, b: "x" }).hgetall("h").exec();
  const wrong = await redis.zrange("z", 0, -1).catch((error: Error) => [error.name, error.message.split(",")[0]]);
  return Response.json({ set, get, pipeline, wrong });
};
