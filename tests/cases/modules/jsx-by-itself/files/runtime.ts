type Props = { children?: unknown } & Record<string, unknown>;
export function jsx(tag: string | ((props: Props) => string), props: Props): string {
  if (typeof tag === "function") return tag(props);
  const { children, ...rest } = props;
  const attributes = Object.entries(rest).map(([name, value]) => ` ${name}="${value}"`).join("");
  return `<${tag}${attributes}>${[children].flat().join("")}</${tag}>`;
}
export const jsxs = jsx;
