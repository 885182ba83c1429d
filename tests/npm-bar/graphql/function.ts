import { buildSchema, execute, graphql, GraphQLError, GraphQLObjectType, GraphQLSchema, GraphQLString, parse, print, printSchema, subscribe, validate } from "npm:graphql@17.1.0";

const schema = buildSchema(`
  interface Node { id: ID! }
  type User implements Node { id: ID!  name(upper: Boolean = false): String!  friends: [User!]! }
  input NewUser { name: String! }
  type Query { user(id: ID!): User  broken: Int }
  type Mutation { add(user: NewUser!): User! }
  type Subscription { count(to: Int!): Int }
`);
const users: Record<string, { id: string; name: string; friends: string[] }> = {
  1: { id: "1", name: "Ada", friends: ["2"] },
  2: { id: "2", name: "Grace", friends: [] },
};
const shown = (id: string): unknown => users[id] && {
  id,
  name: ({ upper }: { upper: boolean }) => upper ? users[id].name.toUpperCase() : users[id].name,
  friends: async () => users[id].friends.map(shown),
};
const rootValue = {
  user: ({ id }: { id: string }) => shown(id),
  broken: () => { throw new GraphQLError("is broken", { extensions: { code: "B" } }); },
  add: ({ user }: { user: { name: string } }) => ({ id: "3", name: user.name, friends: [] }),
};

export default async () => {
  const source = "query Q($id: ID!) { user(id: $id) { id ...N friends { name } } broken } fragment N on User { loud: name(upper: true) }";
  const added = await graphql({ schema, rootValue, source: 'mutation { add(user: { name: "New" }) { id name } }' });
  const document = parse("subscription { count(to: 3) }");
  const events = await subscribe({ schema, document, rootValue: { count: async function* ({ to }: { to: number }) { for (let n = 1; n <= to; n++) yield { count: n }; } } });
  const counts = [];
  for await (const event of events as AsyncIterable<{ data: { count: number } }>) counts.push(event.data.count);
  const own = new GraphQLSchema({ query: new GraphQLObjectType({ name: "Query", fields: { hi: { type: GraphQLString, resolve: () => "hi" } } }) });
  return Response.json({
    query: await graphql({ schema, rootValue, source, variableValues: { id: "1" } }),
    added,
    invalid: validate(schema, parse("{ user { nope } }")).map((error) => error.message),
    syntax: (await graphql({ schema, source: "{ user(" })).errors!.map((error) => error.message),
    counts,
    printed: print(parse("{a,b(c:1)}")),
    sdl: printSchema(own),
    code: await execute({ schema: own, document: parse("{ hi }") }),
  });
};
