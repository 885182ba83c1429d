/** @jsx h */
export const h = (tag: string, _props: unknown, ...children: unknown[]): string => `(${tag}${children.join("")})`;
export const Classic = () => <c>3</c>;
