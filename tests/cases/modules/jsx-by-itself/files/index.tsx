export const fail = (): never => { throw new Error("where"); }; export const i = <i>where</i>;
import { View } from "./view.tsx";
import { h, Classic } from "./classic.tsx";

export default (request: Request) => {
  if (request.url.endsWith("fails")) fail();
  return new Response(String(<p>{View()}{h("x", null)}{Classic()}</p>));
};
