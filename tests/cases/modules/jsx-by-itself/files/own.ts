export const jsx = (tag: string, props: { children?: unknown }): string => `[${tag} ${[props.children].flat().join("")}]`;
export const jsxs = jsx;
