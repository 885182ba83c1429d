import { MongoClient } from "npm:mongodb@7.9.0";

export default async () => {
  const client = new MongoClient("mongodb://127.0.0.1:1/", { serverSelectionTimeoutMS: 500 });
  await client.db("a").collection("b").findOne({});
  return Response.json({ found: true });
};
