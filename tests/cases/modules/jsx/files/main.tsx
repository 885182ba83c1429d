import { Bold } from "@/bold.tsx";
export default () => new Response(String(<p class="a">Hello <Bold>you</Bold></p>));
