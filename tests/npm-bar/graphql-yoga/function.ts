// A GraphQL server as the handler.
import { createSchema, createYoga } from "npm:graphql-yoga@5.24.1";

const yoga = createYoga({
  graphqlEndpoint: "*",
  logging: false,
  schema: createSchema({
    typeDefs: "type Query { hello(name: String!): String!  fail: Int } type Subscription { count(to: Int!): Int }",
    resolvers: {
      Query: { hello: (_, { name }) => `Hello ${name}`, fail: () => { throw new Error("hidden"); } },
      Subscription: { count: { subscribe: async function* (_, { to }) { for (let n = 1; n <= to; n++) yield { count: n }; } } },
    },
  }),
});

async function ask(query: string, accept = "application/json") {
  const init = { method: "POST", headers: { "content-type": "application/json", accept }, body: JSON.stringify({ query }) };
  const response = await yoga.fetch("https://x.example/graphql", init);
  return [response.status, response.headers.get("content-type"), await response.text()] as const;
}

export default async () => {
  const [, , events] = await ask("subscription { count(to: 2) }", "text/event-stream");
  return Response.json({
    hello: await ask('{ hello(name: "you") }'),
    masked: JSON.parse((await ask("{ fail }"))[2]).errors[0].message,
    invalid: (await ask("{ nope }"))[0],
    events: events.split("\n").filter((line) => line.startsWith("data: {")),
  });
};
